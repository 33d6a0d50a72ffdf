// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Fsync: how long fsync, fdatasync, msync and writes with O_SYNC wait for the disk, by filesystem
 * and the device it is on, whether or not they succeed.
 *
 * ext4 has tracepoints where this begins and where it ends. xfs has one where it begins: there it
 * is counted, or, where the setting asks for it, timed until the system call ends. Either may be a
 * module; one that is loaded after the program was attached is not seen.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Time what is on xfs. It takes a program that runs at the end of every system call. */
const volatile bool time_xfs = false;

FILTER_BY_CGROUP();
FILTER_BY_NUMBER(device);
FILTER_BY_NUMBER(filesystem);

enum fsync_filesystem {
	ext4,
	xfs,
};

struct fsync_key {
	__u32 device LABEL_DECODER("majorminor");
	enum fsync_filesystem filesystem;
};

BPF_HISTOGRAM(fsync_latency, struct fsync_key, 256, .help = "Time fsync and its kind took",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(0, 27));

BPF_COUNTER(
	fsync_untimed, struct fsync_key, 256,
	.help = "Times that fsync or its kind began where the filesystem does not tell the end");

/* What a thread waits for. */
struct begun {
	__u64 begun_ns;
	struct fsync_key key;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct begun);
} fsync_begun SEC(".maps");

static __u64 xfs_begun; /* entries of xfs, or more: those that the map dropped are among them */

static __always_inline __u32 device_of(struct inode *inode)
{
	__u32 device = BPF_CORE_READ(inode, i_sb, s_dev);

	return user_device_number(device >> 20, device & 0xfffff);
}

static __always_inline bool filters_pass(const struct fsync_key *key)
{
	return filter_has_number(filesystem, key->filesystem) &&
	       filter_has_number(device, key->device) && filter_has_current();
}

static __always_inline void begin(const struct fsync_key *key)
{
	struct begun begun = {.begun_ns = bpf_ktime_get_ns(), .key = *key};
	__u32 thread = (__u32)bpf_get_current_pid_tgid();

	bpf_map_update_elem(&fsync_begun, &thread, &begun, BPF_ANY);
}

/* True if there was something to end. */
static __always_inline bool end(enum fsync_filesystem filesystem)
{
	__u32 thread = (__u32)bpf_get_current_pid_tgid();
	struct begun *begun = bpf_map_lookup_elem(&fsync_begun, &thread);

	if (!begun || begun->key.filesystem != filesystem)
		return false;
	histogram_observe(fsync_latency, &begun->key, bpf_ktime_get_ns() - begun->begun_ns);
	bpf_map_delete_elem(&fsync_begun, &thread);
	return true;
}

/* raw_tp, for these tracepoints may be a module's, and 5.10 does not tell the types of modules. */
SEC("raw_tp/ext4_sync_file_enter")
int fsync_ext4_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct file *file = (struct file *)ctx->args[0];
	struct fsync_key key = {.filesystem = ext4};

	key.device = device_of(BPF_CORE_READ(file, f_inode));
	if (filters_pass(&key))
		begin(&key);
	return 0;
}

SEC("raw_tp/ext4_sync_file_exit")
int fsync_ext4_exit(struct bpf_raw_tracepoint_args *ctx)
{
	end(ext4);
	return 0;
}

/* A thread of the kernel's returns from no system call. Another begins a second time in the same
 * call (msync of several files, for one) when the first has ended.
 * 5.10 does not tell what a module's types look like: the device is "0:0" there.
 */
SEC("raw_tp/xfs_file_fsync")
int fsync_xfs_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct xfs_inode *inode = (struct xfs_inode *)ctx->args[0];
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fsync_key key = {.filesystem = xfs};

	if (bpf_core_field_exists(inode->i_vnode))
		key.device = device_of(&inode->i_vnode);
	if (!filters_pass(&key))
		return 0;
	if (!time_xfs || BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_IO_WORKER)) {
		counter_add(fsync_untimed, &key, 1);
		return 0;
	}
	if (!end(xfs))
		__sync_fetch_and_add(&xfs_begun, 1);
	begin(&key);
	return 0;
}

PROGRAM_IF(time_xfs)
SEC("raw_tp/sys_exit")
int fsync_xfs_exit(struct bpf_raw_tracepoint_args *ctx)
{
	if (xfs_begun && end(xfs))
		__sync_fetch_and_add(&xfs_begun, -1);
	return 0;
}
