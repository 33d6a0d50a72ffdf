/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The few kernel types our programs read, and of them the few fields. CO-RE finds the fields' real
 * places when the object is loaded; a name that ends in ___something is the same type as another
 * kernel version has it.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct irqaction {
	const char *name;
};

struct super_block {
	__u32 s_dev; /* the minor number in the lower 20 bits */
};

struct inode {
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
};

struct xfs_inode {
	struct inode i_vnode;
};

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock_cgroup_data___before_5_15 {
	__u64 val;
};

struct sock_common {
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr; /* only with CONFIG_IPV6 */
};

struct sock {
	struct sock_common __sk_common;
	struct sock_cgroup_data sk_cgrp_data; /* only with CONFIG_SOCK_CGROUP_DATA */
	__u16 sk_protocol;
	int sk_err; /* what a system call on it fails with next, a positive errno */
};

struct tcp_sock {
	__u32 srtt_us; /* in eighths of a microsecond; 0 before the first measurement */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[]; /* since 6.1; itself included */
};

struct cgroup___before_6_1 {
	__u64 ancestor_ids[0]; /* [] needs a clang of 19 or later where nothing stands before it */
};

struct css_set {
	struct cgroup *dfl_cgrp; /* in cgroup v2 */
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct blkcg {
	struct cgroup_subsys_state css;
};

struct blkcg_gq {
	struct blkcg *blkcg;
};

struct bio {
	struct blkcg_gq *bi_blkg; /* only with CONFIG_BLK_CGROUP */
};

struct signal_struct {
	struct {
		int counter;
	} live;				      /* threads that have not begun to exit */
	struct list_head thread_head;	      /* of those not reaped yet, the leader first */
	unsigned long long sum_sched_runtime; /* of those reaped, nanoseconds */
};

struct sched_entity {
	__u64 sum_exec_runtime;	     /* nanoseconds */
	unsigned char sched_delayed; /* since 6.12: asleep, although still on the runqueue */
};

struct task_struct {
	unsigned int flags;
	int on_rq;
	struct sched_entity se;
	int pid;  /* of the thread */
	int tgid; /* of the process */
	struct task_struct *group_leader;
	struct list_head thread_node; /* in signal->thread_head */
	__u64 start_time;	      /* on bpf_ktime_get_ns()'s clock */
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
};

struct pt_regs {
	unsigned long orig_ax; /* x86-64: the number of the system call */
	unsigned short cs;
};

struct pt_regs___arm64 {
	int syscallno;
};

#pragma clang attribute pop

/* Flags of a task: a thread of the kernel's, and one that works for an io_uring. */
#define PF_KTHREAD 0x00200000
#define PF_IO_WORKER 0x00000010 /* since 5.12; before, these are the kernel's */

/* A device's number as user space writes it (new_encode_dev). */
static __always_inline __u32 user_device_number(__u32 major, __u32 minor)
{
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}
