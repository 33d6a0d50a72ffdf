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

/* Whether the task that runs, another task, or what submitted a bio is in the subtree. A bio knows
 * its cgroup however late it is asked; one without belongs to none. */
#define filter_has_current() filter_current_passes(&cgroup_filter)
#define filter_has_task(task) filter_task_passes(&cgroup_filter, task)
#define filter_has_bio(bio) filter_bio_passes(&io_cgroup_filter, bio)
/* Whether the task that made a socket, or the one that listened for it, was in the subtree then. */
#define filter_has_socket(sk) filter_socket_passes(&cgroup_filter, sk)
/* Whether the label may have this value. A text has FILTER_TEXT_SIZE bytes, with zeros behind it.
 */
#define filter_has_number(label, number) filter_number_passes(&label##_only, number)
#define filter_has_text(label, text) filter_text_passes(&label##_only, text)

static __always_inline bool filter_cgroup_passes(const volatile struct cgroup_filter *filter,
						 struct cgroup *cgroup)
{
	struct cgroup___before_6_1 *old = (void *)cgroup;
	__u32 level = filter->level;
	struct cgroup *ancestor = NULL;
	__u64 id = 0;

	if (!cgroup || BPF_CORE_READ(cgroup, level) < (int)level)
		return false;
	if (bpf_core_field_exists(old->ancestor_ids)) {
		bpf_probe_read_kernel(&id, sizeof(id),
				      (void *)&old->ancestor_ids + level * sizeof(id));
	} else {
		bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
				      (void *)&cgroup->ancestors + level * sizeof(ancestor));
		id = BPF_CORE_READ(ancestor, kn, id);
	}
	return id == filter->id;
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

static __always_inline bool filter_text_passes(const volatile struct text_filter *filter,
					       const char *text)
{
	__u64 words[FILTER_TEXT_SIZE / 8];

	__builtin_memcpy(words, text, sizeof(words));
	for (__u32 i = 0; i < FILTER_VALUES_MAX && i < filter->count; i++) {
		if (filter->values[i][0] == words[0] && filter->values[i][1] == words[1])
			return true;
	}
	return !filter->count;
}
