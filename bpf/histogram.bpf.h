/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Histograms, counters and gauges in BPF programs: declare one in one line, use it in one line.
 *
 *	struct bio_key {
 *		__u32 device LABEL_DECODER("majorminor");
 *		enum bio_operation operation;
 *	};
 *	BPF_HISTOGRAM(bio_latency, struct bio_key, 1024, .help = "Block I/O latency",
 *		      .measured_unit = "nanoseconds", .exported_unit = "seconds",
 *		      HISTOGRAM_BUCKETS_EXPLICIT(0.0001, 0.001, 0.01, 0.1, 1));
 *	BPF_COUNTER(bio_errors, struct bio_key, 1024, .help = "Block I/O requests that failed");
 *	BPF_GAUGE_ARRAY(bio_inflight, struct unlabelled, 1, .help = "Block I/O requests under way");
 *	...
 *	histogram_observe(bio_latency, &key, nanoseconds);
 *	counter_add(bio_errors, &key, 1);
 *	gauge_add(bio_inflight, UNLABELLED, -1);
 *
 * User space finds out the rest from the object: `bpfpush print --object my.bpf.o` shows them.
 *
 * Keys. The key is any struct; its fields become labels, their names and types told by BTF:
 * integers, bool, enums by their enumerators' names, char arrays as text, structs field by field.
 * Bitfields, pointers and unions are refused, and so are two fields of one name. Padding is part of
 * what a map compares: in a key that has any, set every byte first (__builtin_memset), or equal
 * keys become several entries. User space adds those up again, but each takes room in the map. A
 * field `padding`, `padding1` ... is no label.
 *
 * Maps. BPF_HISTOGRAM, BPF_COUNTER and BPF_GAUGE are hashes with room for so many keys. What finds
 * no room is counted under the labels `other`. Their _ARRAY forms are for dense keys: structs of 4
 * bytes, the label's value 0 ... entries - 1, as an enum or an index has them. They cost half, and
 * never fill. `struct unlabelled` is the key, and UNLABELLED points to it, where there is one entry
 * and no label.
 *
 * Units. A value is measured in one unit and exported in another, which must be a whole multiple of
 * it (histogram.h). Names: the metric is "ebpf_" and the map's name, then "_seconds" or "_bytes"
 * where that is the exported unit, then "_total" for a counter.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "histogram.h"

/* Bounds, in the exported unit: 2^min ... 2^max; the same behind a bound 0; width, 2 * width ...
 * count * width; as listed; those of Prometheus's native histograms, at most so many.
 */
#define HISTOGRAM_BUCKETS_EXP2(min, max) \
	.buckets_type = HISTOGRAM_EXP2, .first = (min), .last = (max)
#define HISTOGRAM_BUCKETS_EXP2ZERO(min, max) \
	.buckets_type = HISTOGRAM_EXP2ZERO, .first = (min), .last = (max)
#define HISTOGRAM_BUCKETS_LINEAR(width, count) \
	.buckets_type = HISTOGRAM_LINEAR, .proposed = {width}, .last = (count)
#define HISTOGRAM_BUCKETS_EXPLICIT(...)                                \
	.buckets_type = HISTOGRAM_EXPLICIT, .proposed = {__VA_ARGS__}, \
	.last = sizeof((double[]){__VA_ARGS__}) / sizeof(double)
#define HISTOGRAM_BUCKETS_NATIVE(schema, buckets_max) \
	.buckets_type = HISTOGRAM_NATIVE, .first = (schema), .last = (buckets_max)

/* Says how user space shows a field of a key, where its bytes alone do not tell:
 * LABEL_DECODER("majorminor"). Several, separated by commas, read what the one before made. */
#define LABEL_DECODER(name) __attribute__((btf_decl_tag("decoder:" name)))

/* A field that is a label only while this bool among the object's constants is true:
 * LABEL_IF(by_cgroup). The program leaves it 0 otherwise. */
#define LABEL_IF(setting) __attribute__((btf_decl_tag("if:" #setting)))

/* A program that is loaded and attached only while that bool is true, before its SEC(...):
 * PROGRAM_IF(time_xfs). */
#define PROGRAM_IF(setting) __attribute__((btf_decl_tag("if:" #setting)))

/* The key of a metric without labels. */
struct unlabelled {
	__u32 padding;
};
#define UNLABELLED (&(struct unlabelled){0})

#define BPF_METRIC_MAP(name, map_type, entries, key_type, value_type) \
	struct {                                                      \
		__uint(type, map_type);                               \
		__uint(max_entries, entries);                         \
		__type(key, key_type);                                \
		__type(value, value_type);                            \
	} name SEC(".maps")

#define BPF_DENSE_KEY(key_type) \
	_Static_assert(sizeof(key_type) == sizeof(__u32), "the key of an array has 4 bytes")

/* A map from keys to histograms, and the one histogram that takes what finds no room in it. */
#define BPF_HISTOGRAM_MAP(name, map_type, key_type, entries, ...)             \
	const volatile struct histogram_layout name##_layout = {__VA_ARGS__}; \
	BPF_METRIC_MAP(name, map_type, entries, key_type, struct histogram);  \
	BPF_METRIC_MAP(name##_overflow, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, struct histogram)
#define BPF_HISTOGRAM(name, key_type, entries, ...) \
	BPF_HISTOGRAM_MAP(name, BPF_MAP_TYPE_PERCPU_HASH, key_type, entries, __VA_ARGS__)
#define BPF_HISTOGRAM_ARRAY(name, key_type, entries, ...) \
	BPF_DENSE_KEY(key_type);                          \
	BPF_HISTOGRAM_MAP(name, BPF_MAP_TYPE_PERCPU_ARRAY, key_type, entries, __VA_ARGS__)

/* The same for counters and gauges. A gauge is one for all CPUs, or setting it would not do. */
#define BPF_VALUE_MAP(name, metric, map_type, overflow_type, key_type, entries, value_type, ...) \
	const volatile struct metric_description name##_metric = {.type = metric, __VA_ARGS__};  \
	BPF_METRIC_MAP(name, map_type, entries, key_type, value_type);                           \
	BPF_METRIC_MAP(name##_overflow, overflow_type, METRIC_OVERFLOW_ENTRIES, __u32, value_type)
#define BPF_COUNTER(name, key_type, entries, ...)                                                \
	BPF_VALUE_MAP(name, METRIC_COUNTER, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY, \
		      key_type, entries, __u64, __VA_ARGS__)
#define BPF_COUNTER_ARRAY(name, key_type, entries, ...)                                           \
	BPF_DENSE_KEY(key_type);                                                                  \
	BPF_VALUE_MAP(name, METRIC_COUNTER, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, \
		      key_type, entries, __u64, __VA_ARGS__)
#define BPF_GAUGE(name, key_type, entries, ...)                                            \
	BPF_VALUE_MAP(name, METRIC_GAUGE, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, key_type, \
		      entries, __s64, __VA_ARGS__)
#define BPF_GAUGE_ARRAY(name, key_type, entries, ...)                                       \
	BPF_DENSE_KEY(key_type);                                                            \
	BPF_VALUE_MAP(name, METRIC_GAUGE, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_ARRAY, key_type, \
		      entries, __s64, __VA_ARGS__)

/* Adds one observation to the histogram of `key`. Nothing is lost: where the map has no room for a
 * new key, or the kernel refuses the insertion because this program interrupted another in the
 * middle of one, it goes to the overflow.
 */
#define histogram_observe(name, key, value) \
	histogram_observe_in(&(name), &(name##_overflow), &(name##_layout), key, value)

/* Adds to the counter of `key`, which never goes down; what finds no room goes to the overflow. */
#define counter_add(name, key, amount) metric_add_in(&(name), &(name##_overflow), key, amount)

/* Adds to the gauge of `key`, or takes from it; what finds no room goes to the overflow. */
#define gauge_add(name, key, delta) metric_add_in(&(name), &(name##_overflow), key, delta)

/* Sets the gauge of `key`. Where there is no room, only that is counted. */
#define gauge_set(name, key, value) metric_set_in(&(name), &(name##_overflow), key, value)

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

/* The value of `key`, which starts as `zero` if there is none yet; NULL where there is no room. */
static __always_inline void *metric_value(void *map, const void *key, const void *zero)
{
	void *value = bpf_map_lookup_elem(map, key);

	if (value)
		return value;
	bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

static __always_inline void histogram_observe_in(void *map, void *overflow,
						 const volatile struct histogram_layout *layout,
						 const void *key, __u64 value)
{
	struct histogram *histogram = metric_value(map, key, histogram_zero);

	if (!histogram) {
		__u32 zero = 0;

		histogram = bpf_map_lookup_elem(overflow, &zero);
	}
	if (histogram)
		histogram_add(histogram, layout, value);
}

static __always_inline void metric_overflow_add(void *overflow, __u32 entry, __u64 amount)
{
	__u64 *value = bpf_map_lookup_elem(overflow, &entry);

	if (value)
		__sync_fetch_and_add(value, amount);
}

static __always_inline void metric_add_in(void *map, void *overflow, const void *key, __u64 amount)
{
	__u64 zero = 0, *value = metric_value(map, key, &zero);

	if (value) {
		__sync_fetch_and_add(value, amount);
	} else {
		metric_overflow_add(overflow, METRIC_OVERFLOW_SUM, amount);
		metric_overflow_add(overflow, METRIC_OVERFLOW_COUNT, 1);
	}
}

static __always_inline void metric_set_in(void *map, void *overflow, const void *key, __s64 amount)
{
	__s64 zero = 0, *value = metric_value(map, key, &zero);

	if (value)
		*(volatile __s64 *)value = amount;
	else
		metric_overflow_add(overflow, METRIC_OVERFLOW_COUNT, 1);
}
