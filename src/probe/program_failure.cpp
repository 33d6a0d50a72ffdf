#include "probe/program_failure.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace bpfpush {
namespace {

// What the program is for, by its section: "tracepoint block_rq_issue" for
// "tp_btf/block_rq_issue"; empty for what names nothing of the kernel's.
std::string target_of(const bpf_program* program) {
  struct Kind {
    std::string_view prefix;
    std::string_view noun;
  };
  static constexpr Kind kKinds[] = {
      {"tp_btf/", "tracepoint "}, {"raw_tp/", "tracepoint "}, {"raw_tracepoint/", "tracepoint "},
      {"fentry/", "function "},   {"fexit/", "function "},
  };
  const std::string_view section = bpf_program__section_name(program);
  for (const Kind& kind : kKinds) {
    if (!section.starts_with(kind.prefix)) continue;
    return std::string(kind.noun) + std::string(section.substr(kind.prefix.size()));
  }
  return {};
}

// ESRCH is libbpf's for a name that the kernel's BTF lacks, ENOENT the kernel's own.
std::string describe_program_failure(const bpf_program* program, int error, const LibbpfLog& log) {
  const std::string target = target_of(program);
  if ((error != ESRCH && error != ENOENT) || target.empty()) return describe_failure(error, log);
  return "this kernel has no " + target + " (errno " + std::to_string(error) + ", " +
         ::strerrorname_np(error) + ")";
}

}  // namespace

std::string describe_failure(int error, const LibbpfLog& log) {
  std::string text = libbpf_message(error) + " (errno " + std::to_string(error);
  if (const char* name = ::strerrorname_np(error)) text += std::string(", ") + name;
  text += ")";
  if (const std::string reason = log.reason(); !reason.empty()) text += ", " + reason;
  if (error == EPERM) text += "; it needs root, or the capabilities CAP_BPF and CAP_PERFMON";
  return text;
}

bpf_program* find_failed_program(bpf_object* object, const LibbpfLog& log) {
  return bpf_object__find_program_by_name(object, log.last_program().c_str());
}

std::string why_not_loaded(const bpf_program* program, int error, const LibbpfLog& log) {
  return "does not load: " + describe_program_failure(program, error, log);
}

std::string why_not_attached(const bpf_program* program, const Error& error, const LibbpfLog& log) {
  const std::string begin = "does not attach: ";
  if (error.code.category() == error_category()) return begin + error.message();
  return begin + (error.context.empty() ? "" : error.context + ": ") +
         describe_program_failure(program, error.code.value(), log);
}

}  // namespace bpfpush
