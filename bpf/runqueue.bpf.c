// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The runqueue: how long a task that could run waited for a CPU, since it was woken, made, or had
 * to leave its CPU to another.
 *
 * A wait is counted when it ends. Those that had begun when the program was attached are left out.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A histogram for each cgroup of cgroup v2, instead of one for all. */
const volatile bool by_cgroup = false;

FILTER_BY_CGROUP();
FILTER_BY_TEXT(comm);

struct runqueue_key {
	__u64 cgroup LABEL_DECODER("cgroup") LABEL_IF(by_cgroup);
};

BPF_HISTOGRAM(runqueue_latency, struct runqueue_key, 1024, .help = "Time tasks waited for a CPU",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(0, 26));

/* Since when each task waits, by the number of the thread; 0 if it does not. A hash and no task
 * storage, which before 6.4 is allocated by waking kswapd when memory is short: here, with a
 * runqueue locked, that would be a deadlock. Entries are made once for a task and then written
 * again and again; those of tasks that are gone make room.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u64);
} runqueue_since SEC(".maps");

static __always_inline bool is_wanted(struct task_struct *task)
{
	char comm[FILTER_TEXT_SIZE] = {};

	if (!task->pid || !filter_has_task(task)) /* 0: a CPU that is idle */
		return false;
	bpf_probe_read_kernel_str(comm, sizeof(comm), &task->comm);
	return filter_has_text(comm, comm);
}

static __always_inline void set_since(struct task_struct *task, __u64 since)
{
	__u32 thread = task->pid;
	__u64 *known = bpf_map_lookup_elem(&runqueue_since, &thread);

	if (known)
		*known = since;
	else if (since)
		bpf_map_update_elem(&runqueue_since, &thread, &since, BPF_ANY);
}

/* A task that has just left its CPU waits for the next if it is still on the runqueue, unless it is
 * there only to be taken off later. Its state would not tell: a signal may have kept it from
 * sleeping.
 */
static __always_inline bool is_waiting(struct task_struct *task)
{
	if (bpf_core_field_exists(task->se.sched_delayed) && task->se.sched_delayed)
		return false;
	return task->on_rq;
}

/* Also said of a task that has never left the runqueue, because it was about to sleep. If it waits,
 * it waits since then; if it runs, what is noted here is replaced when it leaves the CPU.
 */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(runqueue_wakeup, struct task_struct *task)
{
	__u32 thread = task->pid;
	__u64 *known;

	if (!is_wanted(task))
		return 0;
	known = bpf_map_lookup_elem(&runqueue_since, &thread);
	if (!known || !*known)
		set_since(task, bpf_ktime_get_ns());
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(runqueue_wakeup_new, struct task_struct *task)
{
	if (is_wanted(task))
		set_since(task, bpf_ktime_get_ns());
	return 0;
}

/* The arguments behind these differ between kernels. */
SEC("tp_btf/sched_switch")
int BPF_PROG(runqueue_switch, bool preempt, struct task_struct *previous, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns(), *since;
	struct runqueue_key key = {};
	__u32 thread = next->pid;

	if (is_wanted(previous))
		set_since(previous, is_waiting(previous) ? now : 0);
	if (!is_wanted(next))
		return 0;
	since = bpf_map_lookup_elem(&runqueue_since, &thread);
	if (!since || !*since)
		return 0;
	if (by_cgroup)
		key.cgroup = next->cgroups->dfl_cgrp->kn->id;
	histogram_observe(runqueue_latency, &key, now > *since ? now - *since : 0);
	*since = 0;
	return 0;
}
