// The command line as a newcomer meets it: what it prints, and what it says to mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "e2e/agent.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kEndpoint = "remote_write: [{url: \"http://127.0.0.1:9/api/v1/write\"}]\n";

// The documented exit codes, see `bpfpush --help`.
constexpr int kFaultOfConfiguration = 2;
constexpr int kFaultOfHost = 3;

// A failure that is told in one line.
void expect_one_line_failure(const Outcome& outcome, int exit_code,
                             const std::vector<std::string>& says) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
  const auto faults = fault_lines(outcome.errors);
  ASSERT_EQ(faults.size(), 1u) << outcome.errors;
  for (const std::string& part : says) EXPECT_THAT(faults.front(), HasSubstr(part));
  EXPECT_THAT(faults.front(), Not(HasSubstr("Unknown error")));
}

TEST(CheckE2e, AcceptsAGoodConfiguration) {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("good.yaml", to_yaml({.urls = {"http://127.0.0.1:9/api/v1/write"}}));
  const Outcome outcome = run_bpfpush({"check", file});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(fault_lines(outcome.errors), ElementsAre());
}

TEST(CheckE2e, SaysWhereTheFaultIs) {
  struct Case {
    const char* name;
    std::string yaml;
    std::vector<std::string> says;
  };
  const Case cases[] = {
      {"no YAML", "programs: [bio\nremote_write: {\n", {"f.yaml:"}},
      {"unknown key",
       std::string("programs: [bio]\n") + kEndpoint + "golbal: {}\n",
       {"f.yaml:3: ", "golbal"}},
      {"no duration",
       std::string("global:\n  push_interval: soon\nprograms: [bio]\n") + kEndpoint,
       {"f.yaml:2: ", "push_interval", "soon"}},
      {"no URL", "programs: [bio]\nremote_write:\n  - name: main\n", {"f.yaml:3: ", "url"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const TemporaryDirectory directory;
    expect_one_line_failure(run_bpfpush({"check", directory.write("f.yaml", c.yaml)}),
                            kFaultOfConfiguration, c.says);
  }
}

// The secrets are right, and each stands where something else is wrong.
TEST(CheckE2e, NeverShowsASecret) {
  const TemporaryDirectory directory;
  const std::string open = directory.write("open", "hunter2-file");
  std::filesystem::permissions(open, std::filesystem::perms(0644));
  const std::string two_lines = directory.write("two_lines", "hunter2-file\nhunter2-file");
  std::filesystem::permissions(two_lines, std::filesystem::perms(0600));
  const std::string file = directory.write(
      "f.yaml",
      "programs: [bio]\nremote_write:\n"
      "  - {url: 'http://h/?token=hunter2-url', name: a, bearer_token_file: " +
          open +
          "}\n"
          "  - {url: http://h/, name: b, basic_auth: {username: u, password_file: " +
          two_lines +
          "}}\n"
          "  - {url: http://h/, name: c, headers: {X-Key: hunter2-key}, tls_config: {ca_file: "
          "/none}}\n");
  const Outcome outcome = run_bpfpush({"check", file});
  EXPECT_EQ(outcome.exit_code, kFaultOfConfiguration);
  EXPECT_THAT(outcome.errors,
              HasSubstr("f.yaml:3: remote_write a: authorization.credentials_file"));
  EXPECT_THAT(outcome.errors, HasSubstr("chmod o-r"));
  EXPECT_THAT(outcome.errors, HasSubstr("f.yaml:4: remote_write b: basic_auth.password_file"));
  EXPECT_THAT(outcome.errors, HasSubstr("f.yaml:5: remote_write c: /none"));
  EXPECT_THAT(outcome.errors + outcome.output, Not(HasSubstr("hunter2")));
}

TEST(CheckE2e, NamesAFileThatIsNotThere) {
  expect_one_line_failure(run_bpfpush({"check", "/nonexistent/bpfpush.yaml"}),
                          kFaultOfConfiguration, {"/nonexistent/bpfpush.yaml"});
}

TEST(ListE2e, NamesTheBuiltInPrograms) {
  const Outcome outcome = run_bpfpush({"list"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("bio"));
}

TEST(RunE2e, NamesAProgramOrAnObjectThatCannotBeHad) {
  REQUIRE_OF_MACHINE(require_bpf());
  const TemporaryDirectory directory;
  const std::string no_object = directory.write("text.bpf.o", "this is no ELF file\n");
  struct Case {
    const char* name;
    std::string programs;
    std::vector<std::string> says;
  };
  const Case cases[] = {
      {"unknown program", "[nosuch]", {"nosuch", "bio"}},
      {"absent object", "[{object: /nonexistent/thing.bpf.o}]", {"/nonexistent/thing.bpf.o"}},
      {"object is a folder", "[{object: /etc}]", {"/etc"}},
      {"object is no object", "[{object: " + no_object + "}]", {"f.yaml:5: ", "text"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string file = directory.write(
        "f.yaml", to_yaml({.urls = {"http://127.0.0.1:9/api/v1/write"}, .programs = c.programs}));
    expect_one_line_failure(run_bpfpush({"run", "--config", file}), kFaultOfConfiguration, c.says);
  }
}

// A user other than root, with the `capabilities` of setpriv's spelling. The build folder may be
// closed to such a user; the copy of the binary that it runs is not.
std::vector<std::string> as_nobody(const TemporaryDirectory& directory,
                                   const std::string& capabilities) {
  const std::string binary = directory.path() / "binary";
  std::filesystem::copy_file(bpfpush_path(), binary);
  return {"setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          "--inh-caps=" + capabilities,
          "--ambient-caps=" + capabilities,
          "sh",
          "-c",
          "shift; exec \"$0\" \"$@\"",
          binary};
}

TEST(RunE2e, SaysThatItNeedsRoot) {
  REQUIRE_OF_MACHINE(require_bpf());
  REQUIRE_OF_MACHINE(require_program("setpriv"));
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("f.yaml", to_yaml({.urls = {"http://127.0.0.1:9/api/v1/write"}}));
  expect_one_line_failure(run_bpfpush({"run", "--config", file}, as_nobody(directory, "-all")),
                          kFaultOfHost, {"root"});
}

TEST(PrintE2e, NeedsNoMoreThanTheTwoCapabilities) {
  REQUIRE_OF_MACHINE(require_bpf());
  REQUIRE_OF_MACHINE(require_program("setpriv"));
  const TemporaryDirectory directory;
  const Outcome outcome =
      run_bpfpush({"print", "--duration", "100ms"}, as_nobody(directory, "+bpf,+perfmon"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(fault_lines(outcome.errors), Not(Contains(HasSubstr("load"))));
}

TEST(CommandLineE2e, SaysWhatIsWrongWithIt) {
  struct Case {
    std::vector<std::string> arguments;
    const char* says;
  };
  const Case cases[] = {
      {{"receive", "--show-every", "0s"}, "--show-every: \"0s\" is too short; at least 100ms"},
      {{"print", "--duration", "soon"}, "--duration: "},
      {{"receive", "--port", "99999"}, "--port"},
      {{"receive", "--status", "503,soon"}, "--status: \"soon\" is no status"},
      {{"receive", "--ignore", "taste"}, "--ignore: there is no rule \"taste\""},
      {{"receive", "--accept", "3.0"}, "--accept"},
      {{"run"}, "--config"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.arguments.back());
    const Outcome outcome = run_bpfpush(c.arguments);
    EXPECT_EQ(outcome.exit_code, kFaultOfConfiguration);
    EXPECT_THAT(outcome.errors, StartsWith("bpfpush: "));
    EXPECT_THAT(outcome.errors, HasSubstr(c.says));
  }
}

TEST(CommandLineE2e, FailsWhenItsOutputCannotBeWritten) {
  const std::vector<std::string> into_full = {"sh", "-c", "exec \"$0\" \"$@\" >/dev/full"};
  const TemporaryDirectory directory;
  const std::string file = directory.write("f.yaml", kEndpoint);
  EXPECT_EQ(run_bpfpush({"check", file}, into_full).exit_code, 1);
}

TEST(RunE2e, SaysThatTheKernelHasNoTypeInformation) {
  REQUIRE_OF_MACHINE(require_bpf());
  REQUIRE_OF_MACHINE(require_program("unshare"));
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("f.yaml", to_yaml({.urls = {"http://127.0.0.1:9/api/v1/write"}}));
  const std::vector<std::string> without_btf = {
      "unshare", "--mount", "sh", "-c",
      "mount -t tmpfs none /sys/kernel/btf && exec \"$0\" \"$@\""};
  expect_one_line_failure(run_bpfpush({"run", "--config", file}, without_btf), kFaultOfHost,
                          {"BTF"});
}

}  // namespace
}  // namespace bpfpush
