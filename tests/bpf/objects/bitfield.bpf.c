// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* An object whose key no label can show. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bitfield_key {
	__u32 low : 3;
	__u32 high : 29;
};

BPF_HISTOGRAM(bits, struct bitfield_key, 8, .help = "Never", .measured_unit = "bytes",
	      .exported_unit = "bytes", HISTOGRAM_BUCKETS_EXP2(0, 3));
