#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/collector.hpp"
#include "env/posix_filesystem.hpp"

namespace bpfpush {

// The descriptor of the map of that name among those that this process holds, -1 if there is none.
int own_map_fd(const std::string& name);

// Runs configurations of tests/bpf/exporter as `run` does.
class ExporterTest : public testing::Test {
 protected:
  void SetUp() override;

  // Opens and loads them; the errors of opening.
  std::string open(const std::vector<std::string>& names, bool drop_last_bound = false);
  void load(const std::vector<std::string>& names, bool drop_last_bound = false);

  // What `print` would show now, line by line, sorted; of one metric if `name` is given.
  std::vector<std::string> lines(const std::string& name = "");

  // How the program of that name fares.
  ProgramStatus status_of(const std::string& program) const;

  PosixFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
};

}  // namespace bpfpush
