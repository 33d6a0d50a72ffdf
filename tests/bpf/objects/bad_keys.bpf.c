// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Keys that no label can show, each for a reason of its own. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bitfield_key {
	__u32 low : 3;
	__u32 high : 29;
};
struct pointer_key {
	void *address;
};
union either {
	__u32 number;
	char text[4];
};
struct union_key {
	union either either;
};
struct numbers_key {
	__u32 numbers[4];
};
struct point {
	__u32 x;
};
struct twice_key {
	struct point from;
	struct point to;
};
struct reserved_key {
	__u32 le;
};
struct internal_key {
	__u32 __name__;
};
struct float_key {
	float temperature;
};
struct empty_key {
};
struct wide_key {
	unsigned __int128 address;
};
#define TEN(n) __u8 n##0, n##1, n##2, n##3, n##4, n##5, n##6, n##7, n##8, n##9;
#define HUNDRED(n) \
	TEN(n##0)  \
	TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9)
struct many_key {
	HUNDRED(a)
	HUNDRED(b)
	HUNDRED(c) HUNDRED(d) HUNDRED(e) HUNDRED(f) HUNDRED(g) HUNDRED(h) HUNDRED(i) HUNDRED(j)
};

BPF_COUNTER(with_bitfield, struct bitfield_key, 8, .help = "Never");
BPF_COUNTER(with_pointer, struct pointer_key, 8, .help = "Never");
BPF_COUNTER(with_union, struct union_key, 8, .help = "Never");
BPF_COUNTER(with_numbers, struct numbers_key, 8, .help = "Never");
BPF_COUNTER(with_twice, struct twice_key, 8, .help = "Never");
BPF_COUNTER(with_reserved, struct reserved_key, 8, .help = "Never");
BPF_COUNTER(with_internal, struct internal_key, 8, .help = "Never");
BPF_COUNTER(with_float, struct float_key, 8, .help = "Never");
BPF_COUNTER(with_nothing, struct empty_key, 8, .help = "Never");
BPF_COUNTER(with_wide, struct wide_key, 8, .help = "Never");
BPF_COUNTER(with_many, struct many_key, 8, .help = "Never");

/* One whose key is a size, and no type. */
const volatile struct metric_description without_type_metric = {.help = "Never"};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 8);
} without_type SEC(".maps");
BPF_METRIC_MAP(without_type_overflow, BPF_MAP_TYPE_PERCPU_ARRAY, METRIC_OVERFLOW_ENTRIES, __u32,
	       __u64);
