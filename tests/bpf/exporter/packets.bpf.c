// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Counts UDP datagrams on the loopback interface by what their payload begins with. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} datagrams_total SEC(".maps");

struct headers {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp;
	__u32 payload;
} __attribute__((packed));

SEC("xdp/lo")
int datagram(struct xdp_md *packet)
{
	const struct headers *headers = (const void *)(long)packet->data;
	const void *end = (const void *)(long)packet->data_end;
	__u64 one = 1, *count;
	__u32 payload;

	if ((const void *)(headers + 1) > end || headers->ip.protocol != IPPROTO_UDP)
		return XDP_PASS;
	payload = headers->payload;
	count = bpf_map_lookup_elem(&datagrams_total, &payload);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&datagrams_total, &payload, &one, BPF_NOEXIST);
	return XDP_PASS;
}

SEC("xdp/nowhere0")
int nowhere(struct xdp_md *packet)
{
	return XDP_PASS;
}
