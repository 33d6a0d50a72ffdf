// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* An object that describes itself well, and that no kernel takes: it reads behind its context. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

BPF_HISTOGRAM(refused, __u64, 8, .help = "Never", .measured_unit = "bytes",
	      .exported_unit = "bytes", HISTOGRAM_BUCKETS_EXP2(0, 3));

SEC("raw_tp/sys_enter")
int refused_program(__u64 *context)
{
	__u64 key = context[1000];

	histogram_observe(refused, &key, 1);
	return 0;
}
