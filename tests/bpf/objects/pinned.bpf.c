// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts system calls that there are none of, so that a test alone makes them: those with the
 * numbers 900000 to 900015. Two programs see the same calls.
 */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u64 weight = 1;

struct pinned_key {
	__u32 number;
};

BPF_COUNTER(pinned_calls, struct pinned_key, 4, .help = "Calls by number, of four numbers");
BPF_HISTOGRAM_ARRAY(pinned_numbers, struct unlabelled, 1, .help = "The numbers",
		    .measured_unit = "bytes", .exported_unit = "bytes",
		    HISTOGRAM_BUCKETS_EXP2(0, 3));

SEC("tp_btf/sys_enter")
int pinned_enter(__u64 *ctx)
{
	struct pinned_key key = {.number = ctx[1] - 900000};

	if (key.number < 16)
		counter_add(pinned_calls, &key, weight);
	return 0;
}

SEC("raw_tp/sys_enter")
int pinned_enter_raw(__u64 *ctx)
{
	__u32 number = ctx[1] - 900000;

	if (number < 16)
		histogram_observe(pinned_numbers, UNLABELLED, number);
	return 0;
}
