// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* As cgroups.bpf.c, with the map of cgroups as a storage that the kernel keeps with each. */
#include "kernel.bpf.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define MAP_TYPE_CGRP_STORAGE 32 /* BPF_MAP_TYPE_CGRP_STORAGE of Linux 6.2 */

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} our_storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} stored_marks SEC(".maps");

SEC("uprobe//proc/self/exe:post_attach_mark")
int mark_in_storage(void *context)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u64 *stored = bpf_cgrp_storage_get(&our_storage, task->cgroups->dfl_cgrp, 0, 0);
	__u32 is_ours = stored && *stored == 1;
	__u64 *count = bpf_map_lookup_elem(&stored_marks, &is_ours);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
