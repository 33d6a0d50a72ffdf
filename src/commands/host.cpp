#include "commands/host.hpp"

#include <linux/capability.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace bpfpush {
namespace {

std::uint64_t effective_capabilities(const std::string& status) {
  constexpr std::string_view kField = "CapEff:";
  const std::size_t at = status.find(kField);
  if (at == std::string::npos) return 0;
  return std::stoull(status.substr(at + kField.size()), nullptr, 16);
}

bool has(std::uint64_t capabilities, int capability) {
  return ((capabilities >> capability) & 1) != 0;
}

}  // namespace

std::optional<std::string> missing_for_bpf(const Filesystem& filesystem) {
  const auto status = filesystem.read_file("/proc/self/status");
  return missing_for_bpf(status ? effective_capabilities(*status) : 0,
                         std::filesystem::exists("/sys/kernel/btf/vmlinux"));
}

std::optional<std::string> missing_for_bpf(std::uint64_t capabilities, bool has_btf) {
  const bool may_load = has(capabilities, CAP_SYS_ADMIN) ||
                        (has(capabilities, CAP_BPF) && has(capabilities, CAP_PERFMON));
  if (!may_load) {
    return "loading BPF programs needs root, or the capabilities CAP_BPF and CAP_PERFMON; run it "
           "with sudo";
  }
  if (!has_btf) {
    return "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing); use a kernel built with "
           "CONFIG_DEBUG_INFO_BTF, as distributions' kernels since 5.10 are";
  }
  return std::nullopt;
}

}  // namespace bpfpush
