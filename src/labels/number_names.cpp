#include "labels/number_names.hpp"

#include <asm/unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <unordered_map>

namespace bpfpush {
namespace {

struct Syscall {
  std::uint64_t number;
  const char* name;
};

const Syscall kSyscalls[] = {
#include "syscalls.inc"
    // The headers this was built with may be older than the kernel it runs on. Since 424 a call has
    // the same number on every architecture.
    {451, "cachestat"},         {452, "fchmodat2"},        {453, "map_shadow_stack"},
    {454, "futex_wake"},        {455, "futex_wait"},       {456, "futex_requeue"},
    {457, "statmount"},         {458, "listmount"},        {459, "lsm_get_self_attr"},
    {460, "lsm_set_self_attr"}, {461, "lsm_list_modules"}, {462, "mseal"},
    {463, "setxattrat"},        {464, "getxattrat"},       {465, "listxattrat"},
    {466, "removexattrat"},     {467, "open_tree_attr"},   {468, "file_getattr"},
    {469, "file_setattr"},
};

std::unordered_map<std::uint64_t, const char*> syscalls() {
  std::unordered_map<std::uint64_t, const char*> names;
  for (const Syscall& call : kSyscalls) names.emplace(call.number, call.name);
  return names;
}

}  // namespace

std::string errno_name(std::uint64_t number) {
  if (number == 0 || number > INT_MAX) return {};
  // Two names, one number; ebpf_exporter shows this one.
  if (number == ENOTSUP) return "ENOTSUP";
  const char* const name = ::strerrorname_np(static_cast<int>(number));
  return name == nullptr ? "" : name;
}

std::string syscall_name(std::uint64_t number) {
  static const auto names = syscalls();
  const auto found = names.find(number);
  return found == names.end() ? "" : found->second;
}

}  // namespace bpfpush
