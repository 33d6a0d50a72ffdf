#include "agent/programs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
