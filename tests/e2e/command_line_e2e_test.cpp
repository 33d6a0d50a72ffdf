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

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(RunE2e, SaysThatItNeedsRoot) {
  REQUIRE_OF_MACHINE(require_bpf());
  REQUIRE_OF_MACHINE(require_program("setpriv"));
  // The build folder may be closed to others, the temporary one is not.
  const TemporaryDirectory directory;
  const std::string binary = directory.path() / "binary";
  std::filesystem::copy_file(bpfpush_path(), binary);
  const std::string file =
      directory.write("f.yaml", to_yaml({.urls = {"http://127.0.0.1:9/api/v1/write"}}));
  const std::vector<std::string> as_nobody = {"setpriv",
                                              "--reuid=65534",
                                              "--regid=65534",
                                              "--clear-groups",
                                              "sh",
                                              "-c",
                                              "shift; exec \"$0\" \"$@\"",
                                              binary};
  expect_one_line_failure(run_bpfpush({"run", "--config", file}, as_nobody), kFaultOfHost,
                          {"root"});
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
