// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Maps in every layout that ebpf_exporter's configurations have. Tests fill them from user space;
 * one is filled by a program that runs when all are attached. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define COUNTERS(_name, _type, _key, _max_entries) \
	struct {                                   \
		__uint(type, _type);               \
		__uint(max_entries, _max_entries); \
		__type(key, _key);                 \
		__type(value, __u64);              \
	} _name SEC(".maps")

struct request_key {
	__u32 device;
	__u8 operation; /* and three bytes of padding */
	__u64 slot;
};

enum state {
	idle,
	busy = 4,
};

struct task_key {
	char command[8];
	enum state state;
	__u16 port; /* and two bytes of padding */
};

COUNTERS(exp2_seconds, BPF_MAP_TYPE_HASH, struct request_key, 1024);
COUNTERS(exp2zero_bytes, BPF_MAP_TYPE_LRU_HASH, struct request_key, 1024);
COUNTERS(linear_seconds, BPF_MAP_TYPE_ARRAY, __u32, 6);
COUNTERS(without_sum, BPF_MAP_TYPE_ARRAY, __u32, 5);
COUNTERS(fixed_percent, BPF_MAP_TYPE_PERCPU_HASH, __u32, 64);
COUNTERS(by_cpu_seconds, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, 5);
COUNTERS(tasks_total, BPF_MAP_TYPE_HASH, struct task_key, 64);
COUNTERS(states_total, BPF_MAP_TYPE_PERCPU_HASH, struct task_key, 64);
COUNTERS(cpu_total, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, 1);
COUNTERS(port_cpu_total, BPF_MAP_TYPE_LRU_PERCPU_HASH, __u16, 64);
COUNTERS(unlabelled_total, BPF_MAP_TYPE_HASH, __u32, 8);
COUNTERS(marks_total, BPF_MAP_TYPE_HASH, __u32, 1024);

SEC("uprobe//proc/self/exe:post_attach_mark")
int mark(void *context)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	__u64 one = 1;
	__u64 *count = bpf_map_lookup_elem(&marks_total, &process);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&marks_total, &process, &one, BPF_NOEXIST);
	return 0;
}
