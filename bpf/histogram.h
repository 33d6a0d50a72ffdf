/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* What a BPF object and its loader agree on about a metric. Plain C, for both sides. */
#pragma once

#include <linux/types.h>

#define HISTOGRAM_BOUNDS_MAX                                                                  \
	512		      /* finite upper bounds; a power of two, for the verifier's sake \
			       */
#define HISTOGRAM_LENGTHS 128 /* bit lengths of a u64 are 0..64; rounded up likewise */

/* A map value: one label set's observations on one CPU. The loader sets the map's value size to
 * hold as many buckets as the layout has, the last being +Inf. No count: user space adds up the
 * buckets, so the two cannot disagree.
 */
struct histogram {
	__u64 sum; /* in the unit the program measures */
	__u64 buckets[];
};

/* Bounds an object proposes; a configuration may ask for others. */
enum histogram_buckets_type {
	HISTOGRAM_EXP2,	    /* first, last: exponents of two */
	HISTOGRAM_EXP2ZERO, /* the same with a bound 0 before them */
	HISTOGRAM_LINEAR,   /* proposed[0]: width, last: count */
	HISTOGRAM_NATIVE,   /* first: schema, last: most buckets */
	HISTOGRAM_EXPLICIT, /* proposed: the bounds, last: how many */
};

/* One per histogram, in .rodata as NAME_layout. The object fills the first part: it describes
 * itself. The loader reads that, fills the second part before load, and the kernel then knows it as
 * constants.
 */
struct histogram_layout {
	char help[128];
	char measured_unit[16]; /* "nanoseconds": see find_unit() for the names */
	char exported_unit[16]; /* what `le` and the sum are shown in; a whole multiple of it */
	__u32 buckets_type;	/* enum histogram_buckets_type, for bounds of the exported unit */
	__s32 first;
	__s32 last;

	__u32 bucket_count; /* finite bounds + 1 */
	/* start[n] is the index of the first bound that is not less than 2^(n-1), the smallest
	 * value of n bits (start[0] belongs to the value 0), so the bucket of a value of n bits
	 * lies in start[n]..start[n+1].
	 */
	__u16 start[HISTOGRAM_LENGTHS];
	union {
		double proposed[HISTOGRAM_BOUNDS_MAX]; /* the first part's */
		/* Upper bounds in the measured unit, inclusive, ascending. */
		__u64 bounds[HISTOGRAM_BOUNDS_MAX];
	};
};

enum metric_type {
	METRIC_COUNTER, /* a per-CPU map's __u64 */
	METRIC_GAUGE,	/* a __s64 that all CPUs share */
};

/* One per counter or gauge, in .rodata as NAME_metric: the object describes itself. */
struct metric_description {
	char help[128];
	char measured_unit[16];
	char exported_unit[16];
	__u32 type; /* enum metric_type */
};

/* The entries of a counter's or gauge's NAME_overflow map. */
enum metric_overflow {
	METRIC_OVERFLOW_SUM,   /* of what was added to keys that found no room */
	METRIC_OVERFLOW_COUNT, /* how often something was added or set that found none */
	METRIC_OVERFLOW_ENTRIES,
};
