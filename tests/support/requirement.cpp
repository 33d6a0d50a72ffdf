#include "support/requirement.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string_view>
#include <vector>

namespace bpfpush {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> program_folders() {
  const std::string chosen = environment("BPFPUSH_RECEIVERS_DIR");
  const std::string receivers = chosen.empty() ? BPFPUSH_RECEIVERS_DIR : chosen;
  std::vector<std::string> folders = {receivers, receivers + "/usr/bin"};
  std::istringstream path(environment("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) folders.push_back(folder);
  return folders;
}

}  // namespace

Requirement require_bpf() {
  Requirement requirement{.missing = "", .mandatory = environment("BPFPUSH_REQUIRE_BPF") == "1"};
  if (::geteuid() != 0) {
    requirement.missing = "loading BPF programs needs root: run the tests as root";
  } else if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    requirement.missing = "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)";
  } else if (::access("/dev/loop-control", R_OK | W_OK) != 0) {
    requirement.missing = "this machine has no /dev/loop-control: load the module \"loop\"";
  }
  return requirement;
}

Requirement require_program(const std::string& name) {
  if (!find_program(name).empty()) return {};
  return {.missing = name +
                     " is neither in BPFPUSH_RECEIVERS_DIR nor in PATH: "
                     "./bootstrap.sh test fetches it",
          .mandatory = !environment("CI").empty()};
}

std::string find_program(const std::string& name) {
  for (const std::string& folder : program_folders()) {
    const std::string path = folder + "/" + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

}  // namespace bpfpush
