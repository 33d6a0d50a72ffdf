/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Block requests, and how one kernel version differs from another in them. The types are as those
 * in kernel.bpf.h.
 */
#pragma once

#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

extern int LINUX_KERNEL_VERSION __kconfig;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct gendisk {
	int major;
	int first_minor;
};

struct request_queue {
	struct gendisk *disk; /* since 5.15 */
};

struct request {
	struct request_queue *q;
	unsigned int cmd_flags; /* the lowest 8 bits are the operation */
	unsigned int rq_flags;
	unsigned int __data_len; /* bytes not completed yet */
	struct bio *bio;	 /* the first that is not completed */
	struct bio *biotail;	 /* stays the same while it is completed */
	__u64 start_time_ns;	 /* see start_of() in bio.bpf.c before use */
};

struct request___before_5_17 {
	struct gendisk *rq_disk;
};

#pragma clang attribute pop

/* Bit numbers of the request flags; see request_has_flag(). */
enum rqf_flags {
	__RQF_FLUSH_SEQ = 1,
	__RQF_IO_STAT = 8,
};

/* Operations 0 to 3 have had the same numbers since 4.8. Those of the others moved, and before 6.1
 * the enum had another name. The numbers here mean nothing.
 */
enum req_op {
	REQ_OP_READ = 0,
	REQ_OP_WRITE = 1,
	REQ_OP_FLUSH = 2,
	REQ_OP_DISCARD = 3,
	REQ_OP_SECURE_ERASE,
	REQ_OP_WRITE_SAME, /* until 5.17 */
	REQ_OP_WRITE_ZEROES,
	REQ_OP_ZONE_APPEND,
	REQ_OP_ZONE_OPEN,
	REQ_OP_ZONE_CLOSE,
	REQ_OP_ZONE_FINISH,
	REQ_OP_ZONE_RESET,
	REQ_OP_ZONE_RESET_ALL,
	REQ_OP_DRV_IN,
	REQ_OP_DRV_OUT,
};

enum req_opf {
	REQ_OP_SECURE_ERASE___before_6_1,
	REQ_OP_WRITE_SAME___before_6_1,
	REQ_OP_WRITE_ZEROES___before_6_1,
	REQ_OP_ZONE_APPEND___before_6_1,
	REQ_OP_ZONE_OPEN___before_6_1,
	REQ_OP_ZONE_CLOSE___before_6_1,
	REQ_OP_ZONE_FINISH___before_6_1,
	REQ_OP_ZONE_RESET___before_6_1,
	REQ_OP_ZONE_RESET_ALL___before_6_1,
	REQ_OP_DRV_IN___before_6_1,
	REQ_OP_DRV_OUT___before_6_1,
};

/* Until 5.10 these tracepoints had the queue as a first argument; a program finds out by the type's
 * arity. */
typedef void (*btf_trace_block_rq_insert___before_5_11)(void *, struct request_queue *,
							struct request *);
typedef void (*btf_trace_block_rq_issue___before_5_11)(void *, struct request_queue *,
						       struct request *);

enum bio_operation {
	read,
	write,
	flush,
	discard,
	secure_erase,
	write_same,
	write_zeroes,
	zone_append,
	zone_open,
	zone_close,
	zone_finish,
	zone_reset,
	zone_reset_all,
	drv_in,
	drv_out,
	unknown,
};

static __always_inline struct gendisk *disk_of(struct request *rq)
{
	struct request___before_5_17 *old = (void *)rq;

	if (bpf_core_field_exists(old->rq_disk))
		return old->rq_disk;
	return rq->q->disk;
}

#define IS_OPERATION(enumeration, enumerator)                   \
	(bpf_core_enum_value_exists(enumeration, enumerator) && \
	 operation == bpf_core_enum_value(enumeration, enumerator))
#define RETURN_IF_OPERATION(enumerator, name)                      \
	if (IS_OPERATION(enum req_op, enumerator) ||               \
	    IS_OPERATION(enum req_opf, enumerator##___before_6_1)) \
	return name

static __always_inline enum bio_operation operation_of(struct request *rq)
{
	__u32 operation = rq->cmd_flags & 0xff;

	if (operation <= REQ_OP_DISCARD)
		return (enum bio_operation)operation;
	RETURN_IF_OPERATION(REQ_OP_SECURE_ERASE, secure_erase);
	RETURN_IF_OPERATION(REQ_OP_WRITE_SAME, write_same);
	RETURN_IF_OPERATION(REQ_OP_WRITE_ZEROES, write_zeroes);
	RETURN_IF_OPERATION(REQ_OP_ZONE_APPEND, zone_append);
	RETURN_IF_OPERATION(REQ_OP_ZONE_OPEN, zone_open);
	RETURN_IF_OPERATION(REQ_OP_ZONE_CLOSE, zone_close);
	RETURN_IF_OPERATION(REQ_OP_ZONE_FINISH, zone_finish);
	RETURN_IF_OPERATION(REQ_OP_ZONE_RESET, zone_reset);
	RETURN_IF_OPERATION(REQ_OP_ZONE_RESET_ALL, zone_reset_all);
	RETURN_IF_OPERATION(REQ_OP_DRV_IN, drv_in);
	RETURN_IF_OPERATION(REQ_OP_DRV_OUT, drv_out);
	return unknown;
}

static __always_inline bool is_flush(struct request *rq)
{
	return (rq->cmd_flags & 0xff) == REQ_OP_FLUSH;
}

/* The request flags are macros up to 6.11, where `bit` is the flag's number, then enumerators;
 * of 6.12 the enum has no name to find it by, but the numbers of ours.
 */
#define request_has_flag(rq, flag, bit)                                                     \
	((rq)->rq_flags & (1u << (bpf_core_enum_value_exists(enum rqf_flags, flag)          \
					  ? bpf_core_enum_value(enum rqf_flags, flag)       \
				  : LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 12, 0) ? flag \
										     : (bit))))
