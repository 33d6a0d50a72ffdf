#include <gtest/gtest.h>

#include <span>

#include "tidy/checks.hpp"

// Each check finds what it is there for, at the right line, and lets pass what looks like it.
namespace bpfpush::tidy {
namespace {

// A file, and the line at which the check finds its one violation; 0 for none.
struct Case {
  const char* path;
  std::string text;
  std::size_t line;
};

void expect_lines(Violations (*check)(const SourceFile&), std::span<const Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path + std::string(": ") + c.text.substr(0, 300));
    const Violations found = check(SourceFile(c.path, c.text));
    if (c.line == 0) {
      EXPECT_TRUE(found.empty()) << found.front();
      continue;
    }
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].starts_with(c.path + (":" + std::to_string(c.line)) + ": ")) << found[0];
  }
}

TEST(SourceFile, BlanksCommentsAndLiterals) {
  const std::pair<const char*, const char*> cases[] = {
      {"a // b\nc", "a     \nc"},
      {"a /* b\nc */ d", "a     \n     d"},
      {R"(f("x{y", '}', "\"{"))", R"(f("   ", ' ', "   "))"},
      {"10'000 + 1'0", "10'000 + 1'0"},
      {"s = R\"d(a\")\" b)d\"; c", "s =              ; c"},
      {"// it's\nx", "       \nx"},
  };
  for (const auto& [text, code] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(SourceFile("src/a.cpp", text).code, code);
  }
}

TEST(ModuleIncludes, FollowTheTable) {
  const Case cases[] = {
      {"src/spool/a.cpp", "#include \"env/clock.hpp\"\n#include \"snapshot/merge.hpp\"\n", 0},
      {"src/spool/a.cpp", "\n#include \"sender/sender.hpp\"\n", 2},
      {"src/config/a.hpp", "#include \"snapshot/unit.hpp\"\n", 1},
      {"src/base/a.hpp", "#include \"env/clock.hpp\"\n", 1},
      {"src/agent/a.cpp", "#include \"commands/run.hpp\"\n", 1},
      {"src/commands/a.cpp", "#include \"agent/agent.hpp\"\n", 0},
      {"src/probe/a.cpp", "#include \"histogram.h\"\n#include <vector>\n", 0},
      {"src/probe/a.cpp", "// #include \"env/clock.hpp\"\n", 0},
      {"src/helpers/a.cpp", "", 1},
      {"tests/spool/a.cpp", "#include \"sender/sender.hpp\"\n", 0},
  };
  expect_lines(check_module_includes, cases);
}

TEST(LibraryIncludes, StayWhereTheyAreWrapped) {
  const Case cases[] = {
      {"src/probe/a.cpp", "#include <bpf/libbpf.h>\n", 0},
      {"src/agent/a.cpp", "#include <bpf/libbpf.h>\n", 1},
      {"src/agent/a.cpp", "#include \"histogram.h\"\n", 1},
      {"src/sender/curl_loop.cpp", "#include <curl/curl.h>\n", 0},
      {"src/sender/curl_loop.hpp", "#include <curl/curl.h>\n", 1},
      {"src/sender/sender.cpp", "#include <curl/curl.h>\n", 1},
      {"src/config/yaml.cpp", "#include <yaml-cpp/yaml.h>\n", 0},
      {"src/config/config.cpp", "\n\n#include <yaml-cpp/yaml.h>\n", 3},
      {"src/receiver/a.cpp", "#include \"remote_write_1.pb.h\"\n#include <snappy.h>\n", 0},
      {"src/receiver/a.hpp", "#include \"remote_write_1.pb.h\"\n", 1},
      {"src/remote_write/a.hpp", "#include <google/protobuf/message.h>\n", 1},
      {"src/base/log.cpp", "#include <fmt/format.h>\n", 0},
      {"src/sender/a.cpp", "#include <fmt/format.h>\n", 1},
      {"src/labels/a.hpp", "#include <boost/asio/awaitable.hpp>\n", 1},
      {"src/spool/a.hpp", "#include <boost/asio/awaitable.hpp>\n", 0},
      {"src/sender/a.cpp", "#include <boost/beast/http/read.hpp>\n", 1},
      {"src/agent/a.cpp", "#include <CLI/CLI.hpp>\n", 1},
  };
  expect_lines(check_library_includes, cases);
}

TEST(UmbrellaIncludes, AreFoundInTestsToo) {
  const Case cases[] = {
      {"src/env/a.cpp", "#include <boost/asio.hpp>\n", 1},
      {"tests/env/a.cpp", "\n#include <boost/beast/http.hpp>\n", 2},
      {"src/env/a.cpp", "#include <boost/asio/impl/src.hpp>\n", 0},
  };
  expect_lines(check_umbrella_includes, cases);
}

TEST(BannedWords, AreFoundOutsideTheirFolders) {
  const Case cases[] = {
      {"src/agent/a.cpp", "auto t = std::chrono::steady_clock::now();\n", 1},
      {"src/agent/a.cpp", "\nauto t = system_clock::now();\n", 2},
      {"src/env/a.cpp", "auto t = std::chrono::system_clock::now();\n", 0},
      {"src/agent/a.cpp", "std::random_device device;\n", 1},
      {"src/env/a.hpp", "std::random_device device;\n", 0},
      {"src/agent/a.cpp", "int fd = ::open(path, 0);\n", 1},
      {"src/agent/a.cpp", "auto object = BpfObject::open(path);\nfile.open(path);\n", 0},
      {"src/agent/a.cpp", "\nfsync(fd);\n", 2},
      {"src/agent/a.cpp", "::fsync(fd);\n", 1},
      {"src/agent/a.cpp", "std::thread worker(f);\n", 1},
      {"src/commands/demo.cpp", "std::thread worker(f);\n", 1},
      {"src/commands/demo_load.cpp", "std::thread worker(f);\n", 0},
      {"src/agent/a.cpp", "auto id = std::this_thread::get_id();\n", 0},
      {"src/env/a.cpp", "co_spawn(e, f(), asio::detached);\n", 1},
      {"src/agent/a.cpp", "#include <boost/asio/detached.hpp>\n", 1},
      {"src/agent/a.cpp", "// nothing is detached\nlog(\"detached\");\n", 0},
      {"src/agent/a.hpp", "class A : std::enable_shared_from_this<A> {};\n", 1},
      {"src/agent/a.cpp", "usleep(1);\n", 1},
      {"tests/agent/a.cpp", "auto t = std::chrono::steady_clock::now();\n", 0},
  };
  expect_lines(check_banned_words, cases);
}

TEST(Reminders, AreFoundInEveryFile) {
  const Case cases[] = {
      {"src/agent/a.cpp",
       "f();  // TO"
       "DO: more\n",
       1},
      {"configs/a.yaml",
       "a: 1\n# FIX"
       "ME\n",
       2},
      {"src/agent/a.cpp", "// All that is to do is done.\n", 0},
  };
  expect_lines(check_reminders, cases);
}

TEST(Coroutines, AwaitInStatementsOfTheirOwn) {
  const char* const bodies[] = {
      "co_await f();",
      "const auto x = co_await f(a, b);",
      "const auto [error, size] = co_await socket.async_read(buffer, asio::as_tuple(token));",
      "const Result<HttpResponse> reply = co_await transport_.post(std::move(request));",
      "state.reply_ = co_await f<A, B>(x[1]);",
      "total += co_await f();",
      "co_return co_await f();",
      "co_await (a() || b());",
      "co_await ((a() && b()) || c());",
      "const auto x =\n      co_await f(\n          a);",
      "if (x) co_await f();",
      "if (x) {\n    co_await f();\n  } else {\n    co_await g();\n  }",
      "for (int i = 0; i < 3; ++i) co_await f();",
      "switch (x) {\n    case X::kOne:\n      co_await f();\n  }",
      "switch (x) {\n    default:\n      co_await f();\n  }",
      "auto g = [&]() -> asio::awaitable<void> { co_await f(); };",
      "co_await clock_.sleep_until(clock_.now() + delay);",
  };
  for (const char* body : bodies) {
    SCOPED_TRACE(body);
    const SourceFile file("src/a/a.cpp",
                          "asio::awaitable<void> run() {\n  " + std::string(body) + "\n}\n");
    const Violations found = check_coroutines(file);
    EXPECT_TRUE(found.empty()) << found.front();
  }
}

TEST(Coroutines, AreRefusedWhatGccMiscompiles) {
  const Case cases[] = {
      {"src/a.cpp", "void f() {\n  co_await g({1, 2});\n}\n", 2},
      {"src/a.cpp", "void f() {\n  co_await g(T{1, 2});\n}\n", 2},
      {"src/a.cpp", "void f() {\n  co_await g(\n      T{1});\n}\n", 2},
      {"src/a.cpp", "void f() {\n  co_await g([&] { h(); });\n}\n", 2},
      {"src/a.cpp", "void f() {\n  co_await g([x](int y) -> int);\n}\n", 2},
      {"src/a.cpp", "void f() {\n  if (co_await g()) h();\n}\n", 2},
      {"src/a.cpp", "void f() {\n  while (!co_await g()) h();\n}\n", 2},
      {"src/a.cpp", "void f() {\n  h(co_await g());\n}\n", 2},
      {"src/a.cpp",
       "void f() {\n  asio::steady_timer timer(co_await asio::this_coro::executor);\n}\n", 2},
      {"src/a.cpp", "void f() {\n  const int x = 1 + co_await g();\n}\n", 2},
      {"src/a.cpp", "void f() {\n  const int x = co_await g() + 1;\n}\n", 2},
      {"src/a.cpp", "void f() {\n  const int x = co_await g() ? 1 : 2;\n}\n", 2},
      {"src/a.cpp", "void f() {\n  const T x{co_await g()};\n}\n", 2},
      {"src/a.cpp", "void f() {\n  const T x = {co_await g()};\n}\n", 2},
      {"src/a.cpp", "void f() {\n  co_return !co_await g();\n}\n", 2},
      {"tests/a.cpp", "void f() {\n  EXPECT_EQ(co_await g(), 1);\n}\n", 2},
  };
  expect_lines(check_coroutines, cases);
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "  x();\n";
  return text;
}

TEST(FunctionLength, IsCountedFromTheSignatureToTheBrace) {
  const std::string full = lines(kFunctionLinesMax - 2);
  const Case cases[] = {
      {"src/a.cpp", "void f() {\n" + full + "}\n", 0},
      {"src/a.cpp", "\nvoid f() {\n  x();\n" + full + "}\n", 2},
      {"src/a.cpp", "void f(int a,\n       int b) {\n" + full + "}\n", 1},
      {"src/a.cpp",
       "namespace n {\nclass C {\n public:\n  void f() {\n    x();\n" + full + "}\n};\n}\n", 4},
      {"src/a.cpp", "void f() {\n  if (x) {\n" + lines(40) + "  }\n" + lines(40) + "}\n", 1},
      {"src/a.cpp", "void f() {\n" + lines(40) + "}\n\nvoid g() {\n" + lines(40) + "}\n", 0},
      {"src/a.cpp", "const int kTable[] = {\n" + lines(100) + "};\n", 0},
      {"src/a.cpp", "struct S {\n" + lines(100) + "};\n", 0},
      {"src/a.cpp", "void f() {\n  const T t[] = {\n" + lines(90) + "};\n}\n", 0},
      {"src/a.cpp", "void f() {\n  const T t[] = {\n" + lines(9) + "};\n  x();\n" + full + "}\n",
       1},
      {"src/a.cpp", "C::C(int a)\n    : a_{a}, b_{a} {\n  x();\n  x();\n" + full + "}\n", 2},
      {"src/a.cpp", "#define M(x) {\nvoid f() {\n  x();\n" + full + "}\n", 2},
      {"bpf/a.bpf.c", "SEC(\"tp\")\nint BPF_PROG(f, int a)\n{\n" + full + "}\n", 1},
      {"README.md", "void f() {\n  x();\n" + full + "}\n", 0},
  };
  expect_lines(check_function_length, cases);
}

TEST(FileLength, IsLimitedInSrcAndBpf) {
  const Case cases[] = {
      {"src/a.cpp", lines(kFileLinesMax), 0},
      {"src/a.cpp", lines(kFileLinesMax + 1), kFileLinesMax + 1},
      {"bpf/a.bpf.c", lines(kFileLinesMax + 1), kFileLinesMax + 1},
      {"tests/a.cpp", lines(kFileLinesMax + 1), 0},
  };
  expect_lines(check_file_length, cases);
}

TEST(LineLength, CountsColumns) {
  const std::string full(kColumnsMax, 'x');
  const Case cases[] = {
      {"src/a.cpp", full + "\n", 0},
      {"src/a.cpp", "\n" + full + "x\n", 2},
      {"tests/a.hpp", full + "x", 1},
      {"bpf/a.bpf.c", "\t" + full.substr(8) + "\n", 0},
      {"bpf/a.bpf.c", "\t" + full.substr(7) + "\n", 1},
      {"src/a.cpp", full.substr(1) + "\xc2\xb5\n", 0},
      {"README.md", full + "x\n", 0},
  };
  expect_lines(check_line_length, cases);
}

TEST(PragmaOnce, IsAskedOfHeaders) {
  const Case cases[] = {
      {"src/a.hpp", "#pragma once\n", 0},
      {"src/a.hpp", "// #pragma once\n", 1},
      {"bpf/a.h", "int x;\n", 1},
      {"src/a.cpp", "int x;\n", 0},
  };
  expect_lines(check_pragma_once, cases);
}

TEST(FilesAreBuilt, IfACMakeListNamesThem) {
  const std::vector<SourceFile> tree = {
      {"src/a/CMakeLists.txt", "bpfpush_module(a SOURCES one.cpp two.cpp)"},
      {"src/a/one.cpp", ""},
      {"src/a/two.cpp", ""},
      {"src/a/wo.cpp", ""},
      {"tests/CMakeLists.txt", "bpfpush_test(t SOURCES b/three.cpp)"},
      {"tests/b/three.cpp", ""},
      {"tests/c/three.cpp", ""},
      {"tests/d/CMakeLists.txt", "foreach(name four five)\nadd(${name}.cpp)\nendforeach()"},
      {"tests/d/four.cpp", ""},
      {"tests/d/six.cpp", ""},
  };
  const Violations found = check_files_are_built(tree);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(found[0].starts_with("src/a/wo.cpp:1: ")) << found[0];
  EXPECT_TRUE(found[1].starts_with("tests/c/three.cpp:1: ")) << found[1];
  EXPECT_TRUE(found[2].starts_with("tests/d/six.cpp:1: ")) << found[2];
}

TEST(TopLevel, HasNothingNew) {
  const std::vector<SourceFile> tree = {
      {".clang-format", ""}, {"CMakeLists.txt", ""}, {"src/a.cpp", ""},
      {"docs/a.md", ""},     {"docs/b.md", ""},      {"notes.txt", ""},
  };
  const Violations found = check_top_level(tree);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].starts_with("docs:1: ")) << found[0];
  EXPECT_TRUE(found[1].starts_with("notes.txt:1: ")) << found[1];
}

}  // namespace
}  // namespace bpfpush::tidy
