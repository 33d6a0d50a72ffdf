// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The example in the head of histogram.bpf.h, line by line: a test compares the two. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum bio_operation {
	read,
	write,
};

/* clang-format off */
	struct bio_key {
		__u32 device LABEL_DECODER("majorminor");
		enum bio_operation operation;
	};
	BPF_HISTOGRAM(bio_latency, struct bio_key, 1024, .help = "Block I/O latency",
		      .measured_unit = "nanoseconds", .exported_unit = "seconds",
		      HISTOGRAM_BUCKETS_EXPLICIT(0.0001, 0.001, 0.01, 0.1, 1));
	BPF_COUNTER(bio_errors, struct bio_key, 1024, .help = "Block I/O requests that failed");
	BPF_GAUGE_ARRAY(bio_inflight, struct unlabelled, 1, .help = "Block I/O requests under way");

SEC("syscall")
int use(__u64 *context)
{
	struct bio_key key = {.operation = write};
	__u64 nanoseconds = *context;

	histogram_observe(bio_latency, &key, nanoseconds);
	counter_add(bio_errors, &key, 1);
	gauge_add(bio_inflight, UNLABELLED, -1);
	return 0;
}
