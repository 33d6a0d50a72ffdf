// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts calls of post_attach_mark in some cgroups, and in all. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} our_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} marks SEC(".maps");

SEC("uprobe//proc/self/exe:post_attach_mark")
int mark_in_cgroup(void *context)
{
	__u64 id = bpf_get_current_cgroup_id();
	__u32 is_ours = bpf_map_lookup_elem(&our_cgroups, &id) != 0;
	__u64 *count = bpf_map_lookup_elem(&marks, &is_ours);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
