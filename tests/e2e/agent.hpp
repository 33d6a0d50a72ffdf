#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

// The binary under test, run as a user runs it.
namespace bpfpush {

// Starts `bpfpush ARGUMENTS...`, or `PREFIX... bpfpush ARGUMENTS...`. Its output goes to files in
// `directory`, which must outlive it.
Result<Process> start_bpfpush(const TemporaryDirectory& directory,
                              const std::vector<std::string>& arguments,
                              std::vector<std::string> prefix = {});

struct Outcome {
  int exit_code = -1;  // -1: it was still running after the timeout
  std::string output;
  std::string errors;
};

// Runs `bpfpush ARGUMENTS...` to its end, for commands that have one.
Outcome run_bpfpush(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& prefix = {});

// The binary's path.
std::string bpfpush_path();

struct AgentConfig {
  std::vector<std::string> urls;
  std::string push_interval = "1s";
  std::string programs = "[bio]";  // YAML
  std::string more = "";           // YAML, of other keys
};

// The configuration's text. Retries come quickly and the end waits for no endpoint for long: tests
// wait for both.
std::string to_yaml(const AgentConfig& config);

// The lines of a log that report a fault.
std::vector<std::string> fault_lines(const std::string& log);

}  // namespace bpfpush
