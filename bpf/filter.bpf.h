/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Filters that any program can have: by cgroup, with all that is below it, and by the values of a
 * label. The configuration sets them when the object is loaded; those that it does not mention cost
 * nothing, for the kernel then knows them as constants. A program asks before it touches a map:
 *
 *	FILTER_BY_CGROUP();
 *	FILTER_BY_TEXT(comm);
 *	...
 *	if (!filter_has_task(task) || !filter_has_text(comm, key.comm))
 *		return 0;
 */
#pragma once

#include "filter.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define FILTER_BY_CGROUP() const volatile struct cgroup_filter cgroup_filter = {}
#define FILTER_BY_IO_CGROUP() const volatile struct cgroup_filter io_cgroup_filter = {}
#define FILTER_BY_NUMBER(label) const volatile struct number_filter label##_only = {}
#define FILTER_BY_TEXT(label) const volatile struct text_filter label##_only = {}
#define FILTER_BY_LONG_TEXT(label) const volatile struct long_text_filter label##_only = {}

/* Whether the task that runs, another task, or what submitted a bio is in the subtree. A bio knows
 * its cgroup however late it is asked; one without belongs to none. */
#define filter_has_current() filter_current_passes(&cgroup_filter)
#define filter_has_task(task) filter_task_passes(&cgroup_filter, task)
#define filter_has_bio(bio) filter_bio_passes(&io_cgroup_filter, bio)
/* Whether the task that made a socket, or the one that listened for it, was in the subtree then. */
#define filter_has_socket(sk) filter_socket_passes(&cgroup_filter, sk)
/* Whether the label may have this value. A text has FILTER_TEXT_SIZE bytes, a long one
 * FILTER_LONG_TEXT_SIZE, with zeros behind it.
 */
#define filter_has_number(label, number) filter_number_passes(&label##_only, number)
#define filter_has_text(label, text)                                                 \
	filter_text_passes((label##_only).count, &(label##_only).values[0][0], text, \
			   FILTER_TEXT_SIZE)
#define filter_has_long_text(label, text)                                            \
	filter_text_passes((label##_only).count, &(label##_only).values[0][0], text, \
			   FILTER_LONG_TEXT_SIZE)
/* Whether there is such a filter at all: what it takes to ask need not be read otherwise. */
#define filter_is_set(label) ((label##_only).count != 0)

/* The id of a cgroup's ancestor, or its own, at a level that is not below it; before 6.1, and
 * since.
 */
static __always_inline __u64 filter_old_ancestor_id(struct cgroup *cgroup, __u32 level)
{
	struct cgroup___before_6_1 *old = (void *)cgroup;
	__u64 id = 0;

	bpf_probe_read_kernel(&id, sizeof(id), (void *)&old->ancestor_ids + level * sizeof(id));
	return id;
}

static __always_inline __u64 filter_ancestor_id(struct cgroup *cgroup, __u32 level)
{
	struct cgroup *ancestor = NULL;

	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
			      (void *)&cgroup->ancestors + level * sizeof(ancestor));
	return BPF_CORE_READ(ancestor, kn, id);
}

/* The level is not known to an agent in a cgroup namespace: the kernel does not say there how deep
 * in the hierarchy that begins. Then all levels are looked at, the lowest first, where a cgroup
 * that is asked for by name usually is. (In a loop for each kernel, or the compiler would look up
 * a field outside of it that this kernel does not have.)
 */
static __always_inline bool filter_cgroup_passes(const volatile struct cgroup_filter *filter,
						 struct cgroup *cgroup)
{
	bool is_old = bpf_core_field_exists(((struct cgroup___before_6_1 *)0)->ancestor_ids);
	__u32 level, wanted = filter->level;
	__u64 id = filter->id;

	if (!cgroup)
		return false;
	level = BPF_CORE_READ(cgroup, level);
	if (wanted != FILTER_LEVEL_UNKNOWN) {
		if (level < wanted)
			return false;
		return id == (is_old ? filter_old_ancestor_id(cgroup, wanted)
				     : filter_ancestor_id(cgroup, wanted));
	}
	if (is_old) {
		for (__u32 i = 0; i < FILTER_LEVELS_MAX && i <= level; i++) {
			if (filter_old_ancestor_id(cgroup, level - i) == id)
				return true;
		}
	} else {
		for (__u32 i = 0; i < FILTER_LEVELS_MAX && i <= level; i++) {
			if (filter_ancestor_id(cgroup, level - i) == id)
				return true;
		}
	}
	return false;
}

static __always_inline bool filter_task_passes(const volatile struct cgroup_filter *filter,
					       struct task_struct *task)
{
	return !filter->id || filter_cgroup_passes(filter, BPF_CORE_READ(task, cgroups, dfl_cgrp));
}

/* Not with bpf_get_current_ancestor_cgroup_id(), which 5.10 does not let these programs call. */
static __always_inline bool filter_current_passes(const volatile struct cgroup_filter *filter)
{
	return !filter->id ||
	       filter_task_passes(filter, (struct task_struct *)bpf_get_current_task());
}

static __always_inline bool filter_bio_passes(const volatile struct cgroup_filter *filter,
					      struct bio *bio)
{
	if (!filter->id)
		return true;
	if (!bpf_core_field_exists(bio->bi_blkg)) /* a kernel without CONFIG_BLK_CGROUP */
		return false;
	return filter_cgroup_passes(filter, BPF_CORE_READ(bio, bi_blkg, blkcg, css.cgroup));
}

static __always_inline bool filter_socket_passes(const volatile struct cgroup_filter *filter,
						 const struct sock *sk)
{
	struct sock_cgroup_data___before_5_15 *old = (void *)&sk->sk_cgrp_data;
	struct cgroup *cgroup = NULL;

	if (!filter->id)
		return true;
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup)) {
		cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	} else if (bpf_core_field_exists(old->val)) {
		__u64 value = BPF_CORE_READ(old, val);

		/* Bit 0: cgroup v1 has put something else there. Bit 1 is a flag. */
		cgroup = (void *)(value & 1 ? 0 : value & ~3ull);
	}
	return filter_cgroup_passes(filter, cgroup);
}

static __always_inline bool filter_number_passes(const volatile struct number_filter *filter,
						 __u64 number)
{
	for (__u32 i = 0; i < FILTER_VALUES_MAX && i < filter->count; i++) {
		if (filter->values[i] == number)
			return true;
	}
	return !filter->count;
}

static __always_inline bool filter_text_passes(__u32 count, const volatile __u64 *values,
					       const char *text, __u32 size)
{
	__u64 words[FILTER_LONG_TEXT_SIZE / 8];

	__builtin_memcpy(words, text, size);
	for (__u32 i = 0; i < FILTER_VALUES_MAX && i < count; i++) {
		bool is_same = true;

		for (__u32 word = 0; word < size / 8; word++)
			is_same &= values[i * (size / 8) + word] == words[word];
		if (is_same)
			return true;
	}
	return !count;
}
