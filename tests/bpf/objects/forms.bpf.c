// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Each form of metric that the header has, and a program that a test tells what to do with one. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum vector {
	timer,
	net_rx,
	block,
};

struct dense_key {
	enum vector vector;
};

struct sparse_key {
	__u64 id;
	bool failed;
	__u8 padding[3];
	__s32 delta;
};

BPF_HISTOGRAM_ARRAY(dense_histogram, struct dense_key, 3, .help = "By vector",
		    .measured_unit = "nanoseconds", .exported_unit = "seconds",
		    HISTOGRAM_BUCKETS_EXPLICIT(0.001, 0.3, 1, 10));
BPF_HISTOGRAM_ARRAY(lone_histogram, struct unlabelled, 1, .help = "Without labels",
		    .measured_unit = "bytes", .exported_unit = "kibibytes",
		    HISTOGRAM_BUCKETS_LINEAR(0.5, 4));
BPF_HISTOGRAM_ARRAY(zero_histogram, struct unlabelled, 1, .help = "Powers of two, and 0",
		    HISTOGRAM_BUCKETS_EXP2ZERO(-1, 1));
BPF_HISTOGRAM_ARRAY(native_histogram, struct unlabelled, 1, .help = "Powers of sixteen",
		    HISTOGRAM_BUCKETS_NATIVE(-2, 40));
BPF_COUNTER(sparse_counter, struct sparse_key, 2, .help = "By id");
BPF_COUNTER_ARRAY(dense_counter, struct dense_key, 3, .help = "Time by vector",
		  .measured_unit = "nanoseconds", .exported_unit = "seconds");
BPF_COUNTER_ARRAY(lone_counter_total, struct unlabelled, 1, .help = "Without labels");
BPF_GAUGE(sparse_gauge, struct sparse_key, 2, .help = "By id");
BPF_GAUGE_ARRAY(dense_gauge, struct dense_key, 3, .help = "Bytes by vector",
		.measured_unit = "bytes", .exported_unit = "bytes");
BPF_GAUGE_ARRAY(lone_gauge, struct unlabelled, 1, .help = "Without labels");

enum form {
	DENSE_HISTOGRAM,
	LONE_HISTOGRAM,
	SPARSE_COUNTER,
	DENSE_COUNTER,
	LONE_COUNTER,
	SPARSE_GAUGE,
	DENSE_GAUGE,
	LONE_GAUGE,
	SPARSE_GAUGE_SET,
	DENSE_GAUGE_SET,
};

struct forms_args {
	__u64 form;
	__u64 id;
	__s64 value;
};

SEC("syscall")
int use(struct forms_args *args)
{
	struct dense_key dense = {.vector = (enum vector)args->id};
	struct sparse_key sparse = {.id = args->id, .failed = true, .delta = -1};
	__s64 value = args->value;

	switch (args->form) {
	case DENSE_HISTOGRAM:
		histogram_observe(dense_histogram, &dense, value);
		break;
	case LONE_HISTOGRAM:
		histogram_observe(lone_histogram, UNLABELLED, value);
		break;
	case SPARSE_COUNTER:
		counter_add(sparse_counter, &sparse, value);
		break;
	case DENSE_COUNTER:
		counter_add(dense_counter, &dense, value);
		break;
	case LONE_COUNTER:
		counter_add(lone_counter_total, UNLABELLED, value);
		break;
	case SPARSE_GAUGE:
		gauge_add(sparse_gauge, &sparse, value);
		break;
	case DENSE_GAUGE:
		gauge_add(dense_gauge, &dense, value);
		break;
	case LONE_GAUGE:
		gauge_add(lone_gauge, UNLABELLED, value);
		break;
	case SPARSE_GAUGE_SET:
		gauge_set(sparse_gauge, &sparse, value);
		break;
	case DENSE_GAUGE_SET:
		gauge_set(dense_gauge, &dense, value);
		break;
	}
	return 0;
}
