// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Processes, when they end: how long they lived and how much CPU time they took, by the name of the
 * command.
 *
 * A process is counted once, when the last of its threads exits, under the name that its first
 * thread has. Threads of the kernel are none. CPU time is that of all its threads, in user and
 * kernel mode, as far as the scheduler has accounted it by then: the time since a thread's last
 * tick, up to 4 ms on usual kernels, may be missing.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Threads that end at the same moment and whose CPU time is added up; that of more is left out. */
#define ENDING_THREADS_MAX 256

FILTER_BY_CGROUP();
FILTER_BY_TEXT(comm);

struct process_key {
	char comm[FILTER_TEXT_SIZE];
};

BPF_HISTOGRAM(process_lifetime, struct process_key, 512,
	      .help = "Time from a process's start to its end", .measured_unit = "nanoseconds",
	      .exported_unit = "seconds", HISTOGRAM_BUCKETS_EXP2(-10, 20));
BPF_HISTOGRAM(process_cpu_time, struct process_key, 512,
	      .help = "CPU time that a process took, all threads, user and system",
	      .measured_unit = "nanoseconds", .exported_unit = "seconds",
	      HISTOGRAM_BUCKETS_EXP2(-10, 20));

/* Processes that were counted a moment ago. When the last two threads exit together, both find that
 * no other is left.
 */
struct process {
	__u64 start_time;
	__u64 tgid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct process);
	__type(value, __u8);
} process_counted SEC(".maps");

static __always_inline bool is_first_to_count(struct task_struct *leader)
{
	struct process process = {.start_time = leader->start_time, .tgid = leader->tgid};
	__u8 counted = 1;

	return !bpf_map_update_elem(&process_counted, &process, &counted, BPF_NOEXIST);
}

/* Threads add their time to the process's when they are reaped. Those that are exiting now, and a
 * first thread that went before the others, still have theirs.
 */
static __always_inline __u64 cpu_time_of(struct signal_struct *signal)
{
	struct list_head *node = BPF_CORE_READ(signal, thread_head.next);
	__u64 total = BPF_CORE_READ(signal, sum_sched_runtime);

	for (__u32 i = 0; i < ENDING_THREADS_MAX && node != &signal->thread_head; i++) {
		struct task_struct *thread =
			(void *)node - bpf_core_field_offset(struct task_struct, thread_node);

		total += BPF_CORE_READ(thread, se.sum_exec_runtime);
		node = BPF_CORE_READ(node, next);
	}
	return total;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	__u64 now = bpf_ktime_get_ns();
	struct task_struct *leader = task->group_leader;
	struct signal_struct *signal = task->signal;
	struct process_key key = {};

	if (task->flags & PF_KTHREAD || signal->live.counter || !filter_has_task(task))
		return 0;
	bpf_probe_read_kernel_str(key.comm, sizeof(key.comm), &leader->comm);
	if (!filter_has_text(comm, key.comm) || !is_first_to_count(leader))
		return 0;
	histogram_observe(process_lifetime, &key, now - leader->start_time);
	histogram_observe(process_cpu_time, &key, cpu_time_of(signal));
	return 0;
}
