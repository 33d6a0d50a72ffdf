#include "agent/programs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "probe/builtin.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

std::string faults_of(const Config& config, const Filesystem& filesystem) {
  Collector collector(config.metric_namespace, filesystem);
  const Result<void> opened = open_programs(config, filesystem, collector);
  return opened ? "" : opened.error().message();
}

ProgramConfig program(const std::string& name, const std::string& where) {
  ProgramConfig config;
  config.name = name;
  config.where = where;
  return config;
}

TEST(OpenPrograms, ReportsEveryFaultWithItsPlace) {
  FakeFilesystem filesystem;
  filesystem.files["/broken.bpf.o"] = "not an object";
  Config config;
  config.programs = {program("bio", "f:1"), program("nfs", "f:2"), program("gone", "f:3"),
                     program("broken", "f:4"), program("bio", "f:5")};
  config.programs[2].object = "/gone.bpf.o";
  config.programs[3].object = "/broken.bpf.o";
  config.programs[4].as = "bio2";
  config.programs[4].histograms["bio_req_latency"].unit = "parsecs";
  config.programs[4].histograms["bio_req_latency"].where = "f:6";
  config.programs[4].histograms["bio_req_speed"].where = "f:7";
  const std::string faults = faults_of(config, filesystem);
  EXPECT_THAT(faults, HasSubstr("f:2: unknown program \"nfs\"; the built-in programs are bio"));
  EXPECT_THAT(faults, HasSubstr("f:3: /gone.bpf.o: No such file or directory"));
  EXPECT_THAT(faults, HasSubstr("f:4: program broken is no BPF object"));
  EXPECT_THAT(faults, HasSubstr("f:6: program bio2: metric bio_req_latency: unknown unit"));
  EXPECT_THAT(faults, HasSubstr("f:7: program bio2: no metric \"bio_req_speed\"; there is "));
  EXPECT_EQ(faults.find("f:5"), std::string::npos);
  EXPECT_EQ(faults.find("f:1"), std::string::npos);
}

TEST(OpenPrograms, ReportsFiltersThatTheProgramCannotHave) {
  FakeFilesystem filesystem;
  filesystem.files["/proc/self/mountinfo"] = "30 23 0:26 / /cgroup rw - cgroup2 cgroup2 rw\n";
  filesystem.directories["/cgroup/there"] = 7;
  Config config;
  config.programs = {program("bio", "f:1"),      program("process", "f:2"),
                     program("bio", "f:3"),      program("process", "f:4"),
                     program("runqueue", "f:5"), program("hardirq", "f:6")};
  config.programs[0].cgroup = "/gone";
  config.programs[1].only["name"] = {"sh"};
  config.programs[2].only["operation"] = {"read", "erase"};
  config.programs[3].only["comm"] = {"a-name-of-16-byte"};
  config.programs[4].cgroup = "/there";
  config.programs[4].only["comm"] = std::vector<std::string>(33, "sh");
  config.programs[5].cgroup = "/there";
  config.programs[5].only["irq"] = {std::string(31, 'x'), std::string(32, 'y')};
  const std::string faults = faults_of(config, filesystem);
  EXPECT_THAT(faults, HasSubstr("f:1: program bio: cgroup: there is no cgroup /cgroup/gone"));
  EXPECT_THAT(faults, HasSubstr("f:2: program process: only: name: the program cannot be filtered "
                                "by this label; those it can are comm"));
  EXPECT_THAT(faults, HasSubstr("f:3: program bio: only: operation: there is no \"erase\"; there "
                                "is read, write, flush"));
  EXPECT_THAT(faults, HasSubstr("f:4: program process: only: comm: \"a-name-of-16-byte\" is "
                                "longer than the 15 bytes"));
  EXPECT_THAT(faults, HasSubstr("f:6: program hardirq: cgroup: the program cannot be filtered by "
                                "cgroup"));
  EXPECT_THAT(faults,
              HasSubstr("f:6: program hardirq: only: irq: \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
                        "\" is longer than the 31 bytes that are kept of it"));
  EXPECT_THAT(faults, HasSubstr("f:5: program runqueue: only: comm: 33 values are too many"));
}

// configs/programs: a file for each program, with its defaults.
TEST(OpenPrograms, TakesTheFileOfEveryProgram) {
  const Environment environment = [](const std::string& name) { return name; };
  for (const BuiltinProgram& builtin : builtin_programs()) {
    const std::string name = std::string(builtin.name) + ".yaml";
    SCOPED_TRACE(name);
    std::ifstream file(SOURCE_DIR "/configs/programs/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto config = parse_config(text, name, environment);
    ASSERT_TRUE(config) << config.error().message();
    ASSERT_EQ(config->programs.size(), 1u);
    EXPECT_EQ(config->programs.front().name, builtin.name);
    EXPECT_FALSE(config->programs.front().histograms.empty());
    EXPECT_EQ(faults_of(*config, FakeFilesystem()), "");
    const std::string with_examples = std::regex_replace(text, std::regex("\n#  "), "\n  ");
    EXPECT_TRUE(parse_config(with_examples, name, environment));
  }
}

TEST(OpenPrograms, UnderstandsEveryTypeOfBuckets) {
  const FakeFilesystem filesystem;
  for (const char* type : {"exp2", "exp2zero", "linear", "explicit", "native"}) {
    BucketsConfig buckets;
    buckets.type = type;
    buckets.max = 3;
    buckets.width = 2;
    buckets.count = 4;
    buckets.bounds = {1, 2};
    Config config;
    config.programs = {program("bio", "f:1")};
    config.programs[0].histograms["bio_req_size"].buckets = buckets;
    EXPECT_EQ(faults_of(config, filesystem), "") << type;
  }
}

}  // namespace
}  // namespace bpfpush
