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

BPF_COUNTER(with_bitfield, struct bitfield_key, 8, .help = "Never");
BPF_COUNTER(with_pointer, struct pointer_key, 8, .help = "Never");
BPF_COUNTER(with_union, struct union_key, 8, .help = "Never");
BPF_COUNTER(with_numbers, struct numbers_key, 8, .help = "Never");
BPF_COUNTER(with_twice, struct twice_key, 8, .help = "Never");
BPF_COUNTER(with_reserved, struct reserved_key, 8, .help = "Never");
