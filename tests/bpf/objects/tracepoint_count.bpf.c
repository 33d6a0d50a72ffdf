// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts a tracepoint by one of its arguments: what a test holds a program of the suite against. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline int count(__u64 key)
{
	__u64 one = 1, *known;

	if (!bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST))
		return 0;
	known = bpf_map_lookup_elem(&counts, &key);
	if (known)
		__sync_fetch_and_add(known, 1);
	return 0;
}

SEC("raw_tp")
int count_all(struct bpf_raw_tracepoint_args *ctx)
{
	return count(0);
}

SEC("raw_tp")
int count_by_first(struct bpf_raw_tracepoint_args *ctx)
{
	return count((__u32)ctx->args[0]);
}

SEC("raw_tp")
int count_by_second_and_third(struct bpf_raw_tracepoint_args *ctx)
{
	return count((__u64)(__u32)ctx->args[1] << 32 | (__u32)ctx->args[2]);
}
