// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* System calls: the time from entry to return, by name, and those that failed, by name and error.
 *
 * A call that was under way when the program was attached is left out, and so is one that does not
 * return to its caller (exit, exit_group, rt_sigreturn) and those of 32-bit programs, whose numbers
 * mean other calls.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The code segment of 32-bit programs on x86. */
#define USER32_CS 0x23

/* A result from here up to -1 is an error. */
#define MAX_ERRNO 4095

FILTER_BY_CGROUP();
FILTER_BY_NUMBER(name);

struct syscall_key {
	__u32 name LABEL_DECODER("syscall");
};

BPF_HISTOGRAM(syscall_latency, struct syscall_key, 512, .help = "Time in system calls",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(-2, 26));

struct syscall_error_key {
	__u32 name LABEL_DECODER("syscall");
	__u32 errno LABEL_DECODER("errno");
};

BPF_COUNTER(syscall_errors, struct syscall_error_key, 1024, .help = "System calls that failed");

struct progress {
	__u64 entered_ns; /* 0: not in a call */
	__u64 number;
};

/* By thread. An entry is made once and then written again and again, which is far cheaper than
 * making and deleting one for each call; those of threads that are gone make room.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct progress);
} syscall_progress SEC(".maps");

/* The number of the call that is returning, negative for none of ours. */
static __always_inline long number_of(struct pt_regs *regs)
{
	struct pt_regs___arm64 *arm64 = (void *)regs;

	if (bpf_core_field_exists(arm64->syscallno))
		return arm64->syscallno;
	return regs->cs == USER32_CS ? -1 : (long)regs->orig_ax;
}

static __always_inline bool is_wanted(long number)
{
	return number >= 0 && filter_has_current() && filter_has_number(name, number);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(syscall_enter, struct pt_regs *regs, long number)
{
	struct progress progress = {.entered_ns = bpf_ktime_get_ns(), .number = number}, *known;
	__u32 thread = bpf_get_current_pid_tgid();

	if (!is_wanted(number_of(regs)))
		return 0;
	known = bpf_map_lookup_elem(&syscall_progress, &thread);
	if (known)
		*known = progress;
	else
		bpf_map_update_elem(&syscall_progress, &thread, &progress, BPF_ANY);
	return 0;
}

/* A thread's first return is that from the call that made it, which it did not enter: then the
 * entry, if there is one, is of another thread that had its number and ended in a call, and not in
 * this one.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long result)
{
	__u32 thread = bpf_get_current_pid_tgid();
	long number = number_of(regs);
	struct syscall_key key = {.name = number};
	struct syscall_error_key error_key = {.name = number};
	struct progress *known;
	__u64 entered_ns;

	if (!is_wanted(number))
		return 0;
	known = bpf_map_lookup_elem(&syscall_progress, &thread);
	if (!known || !known->entered_ns || known->number != (__u64)number)
		return 0;
	entered_ns = known->entered_ns;
	known->entered_ns = 0;
	histogram_observe(syscall_latency, &key, bpf_ktime_get_ns() - entered_ns);
	if (result < 0 && result >= -MAX_ERRNO) {
		error_key.errno = -result;
		counter_add(syscall_errors, &error_key, 1);
	}
	return 0;
}
