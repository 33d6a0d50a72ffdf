#include <cstdio>
#include <string>

#include "commands/commands.hpp"
#include "commands/host.hpp"
#include "commands/pins.hpp"
#include "commands/setup.hpp"
#include "env/posix_filesystem.hpp"
#include "probe/builtin.hpp"
#include "probe/probe.hpp"

namespace bpfpush {
namespace {

constexpr char kRuns[] = "runs";

// kRuns, or why not. Loads and attaches the program for a moment: nothing less would tell.
std::string verdict_on(const BuiltinProgram& program) {
  auto probe = Probe::open({std::string(program.name), program.object, {}, {}});
  if (!probe) return probe.error().message();
  const Result<void> loaded = probe->load();
  if (!loaded) return loaded.error().message();
  std::string reasons;
  for (const ProgramStatus& status : probe->programs()) {
    if (status.attached) continue;
    reasons += (reasons.empty() ? "" : "; ") + status.name + " " + status.reason;
  }
  return reasons.empty() ? kRuns : reasons;
}

// What is pinned, if anything is.
Result<void> show_pins(const std::string& config_file, const Filesystem& filesystem) {
  const auto path = pin_path_of(config_file, filesystem);
  if (!path) return path.error();
  const PinDirectory pins(*path);
  const auto names = pins.names();
  if (!names.empty()) std::printf("\nPINNED in %s\n", path->c_str());
  for (const std::string& name : names) {
    std::printf("%-12s %s\n", PinDirectory::object_of(name).c_str(),
                describe(pins.object(name).parts()).c_str());
  }
  return {};
}

}  // namespace

int list(const ListCommand& command) {
  const PosixFilesystem filesystem;
  const auto missing = missing_for_bpf(filesystem);
  std::printf("%-12s %-52s %s\n", "PROGRAM", "MEASURES", "ON THIS KERNEL");
  bool any_runs = false;
  for (const BuiltinProgram& program : builtin_programs()) {
    const std::string verdict = missing ? "unknown" : verdict_on(program);
    any_runs = any_runs || verdict == kRuns;
    std::printf("%-12s %-52s %s\n", std::string(program.name).c_str(),
                std::string(program.measures).c_str(), verdict.c_str());
  }
  const Result<void> shown = show_pins(command.config_file, filesystem);
  if (!shown) return fail(shown.error());
  if (!missing) return any_runs ? kExitOk : kExitRequirement;
  std::fprintf(stderr, "bpfpush: %s\n", missing->c_str());
  return kExitRequirement;
}

}  // namespace bpfpush
