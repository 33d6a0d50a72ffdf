// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Maps in the layouts that other programs keep their counts in. Nothing writes to them but the
 * test. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum direction {
	in,
	out,
};

/* As the tools of bcc keep a histogram: log2, no sum, and a name. */
struct tool_key {
	__u32 cpu;
	enum direction direction;
};
struct tool_histogram {
	__u32 slots[6];
	char comm[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct tool_key);
	__type(value, struct tool_histogram);
} tool SEC(".maps");

struct wide_histogram {
	__u64 sum;
	__u64 slots[4];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wide_histogram);
} wide SEC(".maps");

/* A sum and three buckets. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u16);
	__uint(value_size, 4 * sizeof(__u64));
} row SEC(".maps");

/* As ebpf_exporter's helpers keep one: an entry for each bucket. */
struct entry_key {
	__u32 device;
	__u64 bucket;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct entry_key);
	__type(value, __u64);
} entries SEC(".maps");

struct traffic {
	__u64 packets;
	__s32 balance;
	__u32 drops;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16);
	__type(key, enum direction);
	__type(value, struct traffic);
} traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __s32);
} temperature SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 2);
	__type(value, __u32);
} queue SEC(".maps");
