/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* What a BPF object and its loader agree on about filters. Plain C, for both sides. All of them are
 * constants of the object, in .rodata; as the object has them, they let everything pass.
 */
#pragma once

#include <linux/types.h>

#define FILTER_VALUES_MAX 32
#define FILTER_TEXT_SIZE 16 /* what the kernel keeps of a command's name */
#define FILTER_LONG_TEXT_SIZE 32
#define FILTER_LEVELS_MAX 64 /* how deep a cgroup is looked for that is at an unknown level */
#define FILTER_LEVEL_UNKNOWN 0xffffffffu

/* The subtree of a cgroup: `cgroup_filter` in cgroup v2, `io_cgroup_filter` in whichever hierarchy
 * has the controller of block I/O.
 */
struct cgroup_filter {
	__u64 id;    /* of the subtree's root; 0: everything passes */
	__u32 level; /* how deep in the hierarchy it is, where that is known */
};

/* The values a label may have: LABEL_only. A count of 0: any. */
struct number_filter {
	__u32 count;
	__u64 values[FILTER_VALUES_MAX];
};

struct text_filter {
	__u32 count;
	__u64 values[FILTER_VALUES_MAX][FILTER_TEXT_SIZE / 8]; /* behind the text, zeros */
};

struct long_text_filter {
	__u32 count;
	__u64 values[FILTER_VALUES_MAX][FILTER_LONG_TEXT_SIZE / 8]; /* likewise */
};
