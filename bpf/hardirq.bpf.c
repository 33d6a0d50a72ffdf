// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Hardirqs: how long each interrupt handler runs, by the name it was requested under, which is the
 * last column of /proc/interrupts.
 *
 * Every handler of a shared interrupt is called, and counted, for each of its interrupts. Threaded
 * parts run as processes and are not counted. An interrupt that interrupts another's handler, which
 * next to no driver allows, hides that one.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

FILTER_BY_LONG_TEXT(irq);

struct hardirq_key {
	char irq[FILTER_LONG_TEXT_SIZE];
};

BPF_HISTOGRAM(hardirq_run, struct hardirq_key, 256, .help = "Time interrupt handlers ran",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(-2, 16));

/* The handler that a CPU is in. */
struct running {
	__u64 action;
	__u64 entered_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct running);
} hardirq_running SEC(".maps");

static __always_inline bool is_wanted(struct irqaction *action)
{
	struct hardirq_key key = {};

	if (!filter_is_set(irq))
		return true;
	bpf_probe_read_kernel_str(key.irq, sizeof key.irq, action->name);
	return filter_has_long_text(irq, key.irq);
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(hardirq_entry, int irq, struct irqaction *action)
{
	__u32 zero = 0;
	struct running *running;

	if (!is_wanted(action))
		return 0;
	running = bpf_map_lookup_elem(&hardirq_running, &zero);
	if (!running)
		return 0;
	running->action = (__u64)action;
	running->entered_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(hardirq_exit, int irq, struct irqaction *action)
{
	__u32 zero = 0;
	struct hardirq_key key = {};
	struct running *running;

	if (!is_wanted(action))
		return 0;
	running = bpf_map_lookup_elem(&hardirq_running, &zero);
	if (!running || running->action != (__u64)action)
		return 0;
	running->action = 0;
	bpf_probe_read_kernel_str(key.irq, sizeof key.irq, action->name);
	histogram_observe(hardirq_run, &key, bpf_ktime_get_ns() - running->entered_ns);
	return 0;
}
