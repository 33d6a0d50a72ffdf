#include "e2e/agent.hpp"

#include <sstream>

namespace bpfpush {
namespace {

// For commands that only look at something. Slow machines and sanitizers included.
constexpr std::chrono::seconds kRunTimeout{30};

}  // namespace

std::string bpfpush_path() {
  return BPFPUSH_BINARY;
}

Result<Process> start_bpfpush(const TemporaryDirectory& directory,
                              const std::vector<std::string>& arguments,
                              std::vector<std::string> prefix) {
  ProcessOptions options{
      .command = std::move(prefix), .output = directory.path() / "bpfpush", .environment = {}};
  options.command.push_back(bpfpush_path());
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  return Process::start(options);
}

Outcome run_bpfpush(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& prefix) {
  const TemporaryDirectory directory;
  auto process = start_bpfpush(directory, arguments, prefix).value();
  const int exit_code = process.wait(kRunTimeout).value_or(-1);
  return {exit_code, process.output(), process.errors()};
}

std::string to_yaml(const AgentConfig& config) {
  std::string yaml = "global:\n  push_interval: " + config.push_interval +
                     "\n"
                     "  flush_timeout: 2s\n"
                     "  external_labels: {job: bpfpush, instance: e2e}\n"
                     "programs: " +
                     config.programs + "\nremote_write:\n";
  for (const std::string& url : config.urls)
    yaml += "  - url: " + url + "\n    queue_config: {min_backoff: 100ms, max_backoff: 500ms}\n";
  return yaml + config.more;
}

std::vector<std::string> fault_lines(const std::string& log) {
  std::vector<std::string> faults;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const bool harmless = line.find("level=info") != std::string::npos ||
                          line.find("level=debug") != std::string::npos;
    if (!harmless) faults.push_back(line);
  }
  return faults;
}

}  // namespace bpfpush
