/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Histograms in BPF programs: declare one in one line, observe in one line.
 *
 *	BPF_HISTOGRAM(bio_req_latency, struct bio_key, 1024, .help = "Block I/O latency",
 *		      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
 *HISTOGRAM_BUCKETS_EXP2(0, 31));
 *	...
 *	histogram_observe(bio_req_latency, &key, nanoseconds);
 *
 * The key is any struct; its fields become labels (BTF tells their names and types). Padding is
 *part of what the map compares: in a key that has any, set every byte first (__builtin_memset), or
 *equal keys become several entries. User space adds those up again, but each takes room in the map.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "histogram.h"

#define HISTOGRAM_BUCKETS_EXP2(min, max) \
	.buckets_type = HISTOGRAM_EXP2, .first = (min), .last = (max)

/* Says how user space shows a field of a key, where its bytes alone do not tell:
 * LABEL_DECODER("majorminor"). Several, separated by commas, read what the one before made. */
#define LABEL_DECODER(name) __attribute__((btf_decl_tag("decoder:" name)))

/* A per-CPU hash from keys to histograms, and the one histogram that takes what finds no room in
 * it. */
#define BPF_HISTOGRAM(name, key_type, entries, ...)                           \
	const volatile struct histogram_layout name##_layout = {__VA_ARGS__}; \
	struct {                                                              \
		__uint(type, BPF_MAP_TYPE_PERCPU_HASH);                       \
		__uint(max_entries, entries);                                 \
		__type(key, key_type);                                        \
		__type(value, struct histogram);                              \
	} name SEC(".maps");                                                  \
	struct {                                                              \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                      \
		__uint(max_entries, 1);                                       \
		__type(key, __u32);                                           \
		__type(value, struct histogram);                              \
	} name##_overflow SEC(".maps")

/* Adds one observation to the histogram of `key`. Nothing is lost: where the map has no room for a
 * new key, or the kernel refuses the insertion because this program interrupted another in the
 * middle of one, it goes to the overflow.
 */
#define histogram_observe(name, key, value) \
	histogram_observe_in(&(name), &(name##_overflow), &(name##_layout), key, value)

/* What a new entry starts as: large enough for any layout. */
static __u64 histogram_zero[1 + HISTOGRAM_BOUNDS_MAX + 1];

/* 1 if a < b, else 0: the borrow of a - b. A comparison would be a branch, and the verifier follows
 * both sides of every branch on its own: with a dozen in a row, loading took it a hundred times as
 * long.
 */
static __always_inline __u32 histogram_is_less(__u64 a, __u64 b)
{
	__u64 borrow = ((~a & b) | ((~a | b) & (a - b))) >> 63;

	barrier_var(borrow); /* or the compiler finds the branch again */
	return borrow;
}

/* Bits needed to write `value`: 0 for 0, 64 for 2^63. */
static __always_inline __u32 histogram_bit_length(__u64 value)
{
	__u32 length = 0;

#pragma unroll
	for (__u32 step = 32; step; step /= 2) {
		__u32 is_wider = histogram_is_less(0, value >> step);

		value >>= is_wider * step;
		length += is_wider * step;
	}
	return length + (__u32)value;
}

/* The first bucket whose bound is not less than `value`; the last, +Inf, if there is none. Few
 * bounds share a bit length, so the search is short: none to one step for powers of two, four for
 * native schema 3.
 */
static __always_inline __u32 histogram_bucket(const volatile struct histogram_layout *layout,
					      __u64 value)
{
	__u32 length = histogram_bit_length(value);
	__u32 bucket = layout->start[length & (HISTOGRAM_LENGTHS - 1)];
	__u32 count = layout->start[(length + 1) & (HISTOGRAM_LENGTHS - 1)] - bucket;

	for (__u32 step = 0; step < 10 && count; step++) { /* count is at most 2^9 */
		__u32 half = count / 2;
		__u64 bound = layout->bounds[(bucket + half) & (HISTOGRAM_BOUNDS_MAX - 1)];
		__u32 is_above = histogram_is_less(bound, value);

		bucket += is_above * (half + 1);
		count = half - is_above * (half + half + 1 - count);
	}
	return bucket;
}

/* The adds are atomic although the memory is this CPU's: a program may be interrupted here by
 * another, or preempted by one that runs on this CPU next, that writes the same entry. On per-CPU
 * memory that costs nothing measurable.
 */
static __always_inline void histogram_add(struct histogram *histogram,
					  const volatile struct histogram_layout *layout,
					  __u64 value)
{
	__u32 bucket = histogram_bucket(layout, value);

	if (bucket < layout->bucket_count) /* always true; the verifier wants to see it */
		__sync_fetch_and_add(&histogram->buckets[bucket], 1);
	__sync_fetch_and_add(&histogram->sum, value);
}

static __always_inline void histogram_observe_in(void *map, void *overflow,
						 const volatile struct histogram_layout *layout,
						 const void *key, __u64 value)
{
	struct histogram *histogram = bpf_map_lookup_elem(map, key);

	if (!histogram) {
		__u32 zero = 0;

		bpf_map_update_elem(map, key, histogram_zero, BPF_NOEXIST);
		histogram = bpf_map_lookup_elem(map, key);
		if (!histogram)
			histogram = bpf_map_lookup_elem(overflow, &zero);
	}
	if (histogram)
		histogram_add(histogram, layout, value);
}
