#include "probe/builtin.hpp"

extern "C" {
// The objects' bytes, embedded by bpf/CMakeLists.txt.
extern const std::byte bpfpush_bio_object[];
extern const std::byte bpfpush_bio_object_end[];
extern const std::byte bpfpush_fsync_object[];
extern const std::byte bpfpush_fsync_object_end[];
extern const std::byte bpfpush_hardirq_object[];
extern const std::byte bpfpush_hardirq_object_end[];
extern const std::byte bpfpush_process_object[];
extern const std::byte bpfpush_process_object_end[];
extern const std::byte bpfpush_reclaim_object[];
extern const std::byte bpfpush_reclaim_object_end[];
extern const std::byte bpfpush_runqueue_object[];
extern const std::byte bpfpush_runqueue_object_end[];
extern const std::byte bpfpush_softirq_object[];
extern const std::byte bpfpush_softirq_object_end[];
extern const std::byte bpfpush_syscall_object[];
extern const std::byte bpfpush_syscall_object_end[];
extern const std::byte bpfpush_tcp_object[];
extern const std::byte bpfpush_tcp_object_end[];
}

namespace bpfpush {

std::span<const BuiltinProgram> builtin_programs() {
  static const BuiltinProgram programs[] = {
      {"bio",
       "block I/O latency and size, by device and operation",
       {bpfpush_bio_object, bpfpush_bio_object_end}},
      {"fsync",
       "time fsync and its kind take, by device",
       {bpfpush_fsync_object, bpfpush_fsync_object_end}},
      {"hardirq",
       "run time of interrupt handlers, by name",
       {bpfpush_hardirq_object, bpfpush_hardirq_object_end}},
      {"process",
       "lifetime and CPU time of processes, by command",
       {bpfpush_process_object, bpfpush_process_object_end}},
      {"reclaim",
       "time tasks are held up by freeing memory",
       {bpfpush_reclaim_object, bpfpush_reclaim_object_end}},
      {"runqueue",
       "time tasks wait for a CPU, all or by cgroup",
       {bpfpush_runqueue_object, bpfpush_runqueue_object_end}},
      {"softirq",
       "wait and run time of softirqs, by vector",
       {bpfpush_softirq_object, bpfpush_softirq_object_end}},
      {"syscall",
       "time in system calls, and those that fail, by name",
       {bpfpush_syscall_object, bpfpush_syscall_object_end}},
      {"tcp",
       "round-trip and connect time of TCP, by IP version",
       {bpfpush_tcp_object, bpfpush_tcp_object_end}},
  };
  return programs;
}

const BuiltinProgram* find_builtin_program(std::string_view name) {
  for (const BuiltinProgram& program : builtin_programs()) {
    if (program.name == name) return &program;
  }
  return nullptr;
}

}  // namespace bpfpush
