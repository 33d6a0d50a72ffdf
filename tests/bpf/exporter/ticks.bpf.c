// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts the ticks of the CPUs' clocks, and hands out an address of the kernel's; beside a program
 * that no kernel loads. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u64 kaddr_schedule = 0;

#define COUNTERS(_name, _type, _max_entries)       \
	struct {                                   \
		__uint(type, _type);               \
		__uint(max_entries, _max_entries); \
		__type(key, __u32);                \
		__type(value, __u64);              \
	} _name SEC(".maps")

COUNTERS(ticks_total, BPF_MAP_TYPE_PERCPU_ARRAY, 1);
COUNTERS(address, BPF_MAP_TYPE_ARRAY, 1);

/* PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK */
SEC("perf_event/type=1,config=0,frequency=499")
int tick(void *context)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&ticks_total, &key);
	__u64 *value = bpf_map_lookup_elem(&address, &key);

	if (count)
		*count += 1;
	if (value)
		*value = kaddr_schedule;
	return 0;
}

SEC("raw_tp/sys_enter")
int refused(void *context)
{
	return *(int *)(context + 4096);
}

SEC("perf_event/type=1,config=0")
int malformed(void *context)
{
	return 0;
}
