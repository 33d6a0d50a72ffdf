// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* An object of which no kernel takes everything: one program reads behind its context, one wants a
 * tracepoint that the kernel's BTF lacks, one a tracepoint that it lacks when it is attached. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

BPF_HISTOGRAM(partial, __u64, 8, .help = "What the others let through", .measured_unit = "bytes",
	      .exported_unit = "bytes", HISTOGRAM_BUCKETS_EXP2(0, 3));

SEC("tp_btf/no_such_event")
int of_no_type(__u64 *context)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int refused(__u64 *context)
{
	__u64 key = context[1000];

	histogram_observe(partial, &key, 1);
	return 0;
}

SEC("raw_tp/sys_exit")
int accepted(__u64 *context)
{
	return 0;
}

SEC("raw_tp/no_such_event")
int of_no_event(__u64 *context)
{
	return 0;
}

SEC("?raw_tp/sys_exit")
int not_wanted(__u64 *context)
{
	return 0;
}

SEC("syscall")
int observe(__u64 *value)
{
	__u64 key = 1;

	histogram_observe(partial, &key, *value);
	return 0;
}
