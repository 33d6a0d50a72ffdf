// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program with a link for each CPU: it counts the ticks of their clocks. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

BPF_COUNTER_ARRAY(sampled_ticks, struct unlabelled, 1, .help = "Ticks of the CPUs' clocks");

SEC("perf_event/type=1,config=0,frequency=99")
int sampled_tick(void *ctx)
{
	counter_add(sampled_ticks, UNLABELLED, 1);
	return 0;
}
