// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Reclaim: how long a task that wants memory is held up by freeing some itself: "direct" where the
 * host is short of it (the kernel counts these as allocstall_* in /proc/vmstat), "memcg" where its
 * cgroup has reached a limit, or someone writes to the cgroup's memory.reclaim.
 *
 * kswapd, which frees memory in the background, holds up nobody and is not counted.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

FILTER_BY_CGROUP();
FILTER_BY_NUMBER(type);

enum reclaim_type {
	direct,
	memcg,
};

struct reclaim_key {
	enum reclaim_type type;
};

BPF_HISTOGRAM_ARRAY(reclaim_stall, struct reclaim_key, 2,
		    .help = "Time tasks were held up by reclaiming memory themselves",
		    .measured_unit = "nanoseconds", .exported_unit = "microseconds",
		    HISTOGRAM_BUCKETS_EXP2(0, 25));

/* When a thread began: by thread id, for it may go on on another CPU. A thread that reclaims does
 * not begin again before it has ended, whichever the type.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} reclaim_begun SEC(".maps");

static __always_inline int begin(enum reclaim_type type)
{
	__u32 thread = (__u32)bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	if (filter_has_number(type, type) && filter_has_current())
		bpf_map_update_elem(&reclaim_begun, &thread, &now, BPF_ANY);
	return 0;
}

static __always_inline int end(enum reclaim_type type)
{
	__u32 thread = (__u32)bpf_get_current_pid_tgid();
	__u64 *begun_ns = bpf_map_lookup_elem(&reclaim_begun, &thread);
	struct reclaim_key key = {.type = type};

	if (!begun_ns)
		return 0;
	histogram_observe(reclaim_stall, &key, bpf_ktime_get_ns() - *begun_ns);
	bpf_map_delete_elem(&reclaim_begun, &thread);
	return 0;
}

SEC("raw_tp/mm_vmscan_direct_reclaim_begin")
int reclaim_direct_begin(void *ctx)
{
	return begin(direct);
}

SEC("raw_tp/mm_vmscan_direct_reclaim_end")
int reclaim_direct_end(void *ctx)
{
	return end(direct);
}

SEC("raw_tp/mm_vmscan_memcg_reclaim_begin")
int reclaim_memcg_begin(void *ctx)
{
	return begin(memcg);
}

SEC("raw_tp/mm_vmscan_memcg_reclaim_end")
int reclaim_memcg_end(void *ctx)
{
	return end(memcg);
}
