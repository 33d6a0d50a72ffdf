// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Softirqs: how long each vector waits, from its raise to its entry, and how long it runs, from
 * entry to exit. Both are what the kernel counts in /proc/softirqs, one observation each.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"

#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

FILTER_BY_NUMBER(vector);

/* The kernel's numbers, which have been these since 4.1. */
enum softirq_vector {
	hi,
	timer,
	net_tx,
	net_rx,
	block,
	irq_poll,
	tasklet,
	sched,
	hrtimer,
	rcu,
	VECTORS,
};

struct softirq_key {
	enum softirq_vector vector;
};

BPF_HISTOGRAM_ARRAY(softirq_wait, struct softirq_key, VECTORS,
		    .help = "Time softirqs waited, from raise to entry",
		    .measured_unit = "nanoseconds", .exported_unit = "microseconds",
		    HISTOGRAM_BUCKETS_EXP2(-2, 20));
BPF_HISTOGRAM_ARRAY(softirq_run, struct softirq_key, VECTORS, .help = "Time softirqs ran",
		    .measured_unit = "nanoseconds", .exported_unit = "microseconds",
		    HISTOGRAM_BUCKETS_EXP2(-2, 20));

/* A CPU's softirqs do not interrupt one another, so each vector is under way once at most. But it
 * may be raised again in the moment between the kernel taking note of what is pending and entering
 * it, and runs twice then. Whether a second raise was such a one shows only when the vector is
 * entered again although nobody has raised it since.
 */
struct progress {
	__u64 raised_ns;  /* the first time since it was entered; 0: not yet */
	__u64 again_ns;	  /* the last time since it was entered, if there was more than one */
	__u64 carried_ns; /* again_ns of the time before */
	__u64 entered_ns; /* 0: not running */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VECTORS);
	__type(key, __u32);
	__type(value, struct progress);
} softirq_progress SEC(".maps");

/* NULL for what the filter leaves out. */
static __always_inline struct progress *progress_of(__u32 vector)
{
	return filter_has_number(vector, vector) ? bpf_map_lookup_elem(&softirq_progress, &vector)
						 : NULL;
}

SEC("tp_btf/softirq_raise")
int BPF_PROG(softirq_raise, unsigned int vector)
{
	struct progress *progress = progress_of(vector);

	if (!progress)
		return 0;
	if (progress->raised_ns)
		progress->again_ns = bpf_ktime_get_ns();
	else
		progress->raised_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, unsigned int vector)
{
	struct progress *progress = progress_of(vector);
	struct softirq_key key = {.vector = vector};
	__u64 raised_ns;

	if (!progress)
		return 0;
	progress->entered_ns = bpf_ktime_get_ns();
	raised_ns = progress->raised_ns ? progress->raised_ns : progress->carried_ns;
	progress->carried_ns = progress->again_ns;
	progress->raised_ns = 0;
	progress->again_ns = 0;
	if (raised_ns)
		histogram_observe(softirq_wait, &key, progress->entered_ns - raised_ns);
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(softirq_exit, unsigned int vector)
{
	struct progress *progress = progress_of(vector);
	struct softirq_key key = {.vector = vector};

	if (!progress || !progress->entered_ns)
		return 0;
	histogram_observe(softirq_run, &key, bpf_ktime_get_ns() - progress->entered_ns);
	progress->entered_ns = 0;
	return 0;
}
