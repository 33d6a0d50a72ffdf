// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A metric in a map that evicts. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

BPF_HISTOGRAM_MAP(evicting, BPF_MAP_TYPE_LRU_PERCPU_HASH, __u64, 64, .help = "Calls by number",
		  .measured_unit = "bytes", .exported_unit = "bytes", HISTOGRAM_BUCKETS_EXP2(0, 3));

SEC("tp_btf/sys_enter")
int evicting_enter(__u64 *ctx)
{
	__u64 number = ctx[1];

	histogram_observe(evicting, &number, 1);
	return 0;
}
