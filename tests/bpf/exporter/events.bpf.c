// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Sends a record for every call of post_attach_mark. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} calls_total SEC(".maps");

struct call {
	__u32 process;
	__u32 noise; /* padding, as the configuration says */
	__u8 kind;   /* and seven bytes that the kernel may fill */
} __attribute__((packed));

SEC("uprobe//proc/self/exe:post_attach_mark")
int call(void *context)
{
	struct call call = {bpf_get_current_pid_tgid() >> 32, bpf_ktime_get_ns(), 7};

	bpf_perf_event_output(context, &calls_total, BPF_F_CURRENT_CPU, &call, sizeof(call));
	return 0;
}
