// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program that a test runs by test_run, to try the histogram header on the real kernel; and one
 * that interrupts it. */
#include "histogram.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum colour {
	red,
	green = 5,
};

struct place {
	__u16 row;
	__s8 column;
};

struct observe_key {
	__u32 id;
	enum colour colour;
	char name[6];
	struct place place; /* and a byte of padding behind it */
};

BPF_HISTOGRAM(observed, struct observe_key, 8, .help = "What the test observed",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(0, 31));

struct observe_args {
	__u64 value;
	__u32 id;
	__u32 count;
};

const volatile __u32 interrupting_id = 1;
__u64 interruptions; /* observations made by interrupt() */

static long observe_once(__u32 index, struct observe_args *args)
{
	struct observe_key key;

	__builtin_memset(&key, 0, sizeof(key)); /* the padding too */
	key.id = args->id;
	key.colour = green;
	__builtin_memcpy(key.name, "abc", 4);
	key.place.row = 515;
	key.place.column = -3;
	histogram_observe(observed, &key, args->value);
	return 0;
}

SEC("syscall")
int observe(struct observe_args *args)
{
	struct observe_args copy = *args;

	bpf_loop(copy.count, observe_once, &copy, 0);
	return 0;
}

/* Attached to a timer of the CPU, it observes in the middle of observe(): the same key, or new ones
 * all the time. */
SEC("perf_event")
int interrupt(void *context)
{
	struct observe_args args = {.value = 1000, .id = interrupting_id, .count = 1};

	observe_once(0, &args);
	__sync_fetch_and_add(&interruptions, 1);
	return 0;
}
