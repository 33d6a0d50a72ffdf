// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Block I/O: latency and size of every request a disk has completed, per device and operation.
 *
 * What is counted is what the kernel itself counts in /sys/block/DEVICE/stat: a request once, when
 * its last byte is completed, however many completions and flushes it took; merged requests as one;
 * an empty flush as the write of 0 bytes that it was submitted as, plus the "flush" that the disk
 * got. Beyond that, passthrough requests appear as "drv_in" and "drv_out", and queues whose iostats
 * is off are counted like all others.
 *
 * Latency runs from the request's start, time in the queue included. Where the kernel kept no start
 * (iostats off, passthrough) it runs from the first time the request was seen: when the scheduler
 * got it, else when the driver did. A request that was already with the driver then, when the
 * program was attached, has no start and is left out.
 */
#include "block.bpf.h"
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Measure what the device alone takes: from the last time the driver got the request. */
const volatile bool device_time = false;

FILTER_BY_IO_CGROUP();
FILTER_BY_NUMBER(device);
FILTER_BY_NUMBER(operation);

struct bio_key {
	__u32 device LABEL_DECODER("majorminor");
	enum bio_operation operation;
};

BPF_HISTOGRAM(bio_req_latency, struct bio_key, 1024, .help = "Block I/O request latency",
	      .measured_unit = "nanoseconds", .exported_unit = "microseconds",
	      HISTOGRAM_BUCKETS_EXP2(0, 31));
BPF_HISTOGRAM(bio_req_size, struct bio_key, 1024, .help = "Block I/O request size",
	      .measured_unit = "bytes", .exported_unit = "kibibytes",
	      HISTOGRAM_BUCKETS_EXP2(0, 15));

/* What the kernel's struct request does not keep for us while a request is under way. */
struct progress {
	__u64 queued_ns;
	__u64 issued_ns; /* 0 until the driver got it */
	__u64 bytes;	 /* completed so far */
	__u64 biotail; /* since it was issued: the request's last bio, by which it is known again */
};

/* By the address of the request. Entries are left behind by requests that were merged into another
 * after they were queued, and by completions that we did not see (the kernel may skip a program for
 * a moment while another is attached to the tracepoint). Such an entry must not be taken for that
 * of the next request at its address: hence `biotail`. The least recently used make room.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct progress);
} bio_progress SEC(".maps");

/* When the request was made, 0 if the kernel did not keep it. Since 6.13 the field is written for
 * accounted requests only and holds an earlier request's start in the others; before, it was 0 in
 * those. Flushes, which are never accounted as requests, always have it.
 */
static __always_inline __u64 start_of(struct request *rq)
{
	if (device_time || !(request_has_flag(rq, __RQF_IO_STAT, 13) || is_flush(rq)))
		return 0;
	return rq->start_time_ns;
}

/* Are more completions of this request to come? A request that must be flushed around is completed
 * once with its data and again, empty, when the flushes are done; the flush that serves it is a
 * request of its own.
 */
static __always_inline bool is_partial(struct request *rq, __u32 bytes)
{
	if (request_has_flag(rq, __RQF_FLUSH_SEQ, 4) && !is_flush(rq))
		return true;
	return bytes < rq->__data_len;
}

/* What is known of this very request, once it was issued. */
static __always_inline struct progress *progress_of(struct request *rq, __u64 id)
{
	struct progress *known = bpf_map_lookup_elem(&bio_progress, &id);

	return known && known->biotail == (__u64)rq->biotail ? known : NULL;
}

/* The labels of a request; false for what the filters leave out, and for a command to a controller,
 * not to one of its disks.
 */
static __always_inline bool labels_of(struct request *rq, struct bio_key *key)
{
	struct gendisk *disk = disk_of(rq);

	if (!disk || !filter_has_bio(rq->bio))
		return false;
	key->device = user_device_number(disk->major, disk->first_minor);
	key->operation = operation_of(rq);
	return filter_has_number(device, key->device) &&
	       filter_has_number(operation, key->operation);
}

SEC("tp_btf/block_rq_insert")
int bio_insert(__u64 *ctx)
{
	bool queue_first = bpf_core_type_exists(btf_trace_block_rq_insert___before_5_11);
	struct request *rq = (void *)(queue_first ? ctx[1] : ctx[0]);
	struct progress progress = {.queued_ns = bpf_ktime_get_ns()}, *known;
	__u64 id = (__u64)rq;
	struct bio_key key = {};

	if (start_of(rq) || !labels_of(rq, &key))
		return 0;
	known = progress_of(rq, id);
	if (!known ||
	    !known->issued_ns) /* else the driver had it and gave it back: it is no new request */
		bpf_map_update_elem(&bio_progress, &id, &progress, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_issue")
int bio_issue(__u64 *ctx)
{
	bool queue_first = bpf_core_type_exists(btf_trace_block_rq_issue___before_5_11);
	struct request *rq = (void *)(queue_first ? ctx[1] : ctx[0]);
	__u64 id = (__u64)rq, now = bpf_ktime_get_ns();
	struct progress progress = {.queued_ns = now, .issued_ns = now}, *known;
	struct bio_key key = {};

	if (start_of(rq) || !labels_of(rq, &key))
		return 0;
	known = bpf_map_lookup_elem(&bio_progress, &id);
	if (known && (!known->issued_ns || known->biotail == (__u64)rq->biotail)) {
		progress.queued_ns = known->queued_ns;
		progress.bytes = known->bytes;
	}
	progress.biotail = (__u64)rq->biotail;
	bpf_map_update_elem(&bio_progress, &id, &progress, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(bio_complete, struct request *rq, int error, unsigned int bytes)
{
	__u64 id = (__u64)rq, now = bpf_ktime_get_ns(), size = bytes;
	__u64 start = start_of(rq);
	struct bio_key key = {};
	struct progress *known;

	if (!labels_of(rq, &key))
		return 0;
	known = progress_of(rq, id);
	if (is_partial(rq, bytes)) {
		struct progress progress = {.bytes = bytes, .biotail = (__u64)rq->biotail};

		if (known)
			known->bytes += bytes;
		else
			bpf_map_update_elem(&bio_progress, &id, &progress, BPF_ANY);
		return 0;
	}
	if (known) {
		size += known->bytes;
		if (!start)
			start = device_time ? known->issued_ns : known->queued_ns;
		bpf_map_delete_elem(&bio_progress, &id);
	}
	if (!start)
		return 0;
	histogram_observe(bio_req_latency, &key, now > start ? now - start : 0);
	histogram_observe(bio_req_size, &key, size);
	return 0;
}
