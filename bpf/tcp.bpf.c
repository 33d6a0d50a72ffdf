// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* TCP: the smoothed round-trip time and the time a connect takes, by IP version (of the address
 * that the peer has: what an IPv6 socket does with a mapped address is IPv4).
 *
 * The round-trip time is sampled whenever an established connection receives a segment, before the
 * kernel takes that segment into account: a connection weighs as much as it receives, and an idle
 * one nothing. Before the first measurement, as after a SYN that was sent twice, there is nothing
 * to sample.
 *
 * A connect runs from the SYN until the handshake is complete on the side that sent it. One that
 * fails is no latency, but counted by what the caller was told. Two sides that connect to each
 * other at once are left out.
 */
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "kernel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET6 10
#define IPPROTO_TCP 6

FILTER_BY_CGROUP();
FILTER_BY_NUMBER(family);

enum tcp_family {
	ipv4,
	ipv6,
};

/* The kernel's error numbers; any other is shown as a number. */
enum connect_error {
	given_up = 0, /* closed by the program, or never sent */
	network_unreachable = 101,
	reset = 104,
	timed_out = 110,
	refused = 111,
	host_unreachable = 113,
};

struct tcp_key {
	enum tcp_family family;
};

BPF_HISTOGRAM_ARRAY(tcp_rtt, struct tcp_key, 2,
		    .help = "Smoothed round-trip time of TCP connections",
		    .measured_unit = "microseconds", .exported_unit = "microseconds",
		    HISTOGRAM_BUCKETS_EXP2(0, 24));
BPF_HISTOGRAM_ARRAY(tcp_connect, struct tcp_key, 2, .help = "Time TCP connects took",
		    .measured_unit = "nanoseconds", .exported_unit = "microseconds",
		    HISTOGRAM_BUCKETS_EXP2(0, 27));

struct tcp_failure_key {
	enum tcp_family family;
	enum connect_error error;
};

BPF_COUNTER(tcp_connect_failures, struct tcp_failure_key, 64, .help = "TCP connects that failed");

/* When a connect began, by the address of the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u64);
} tcp_connecting SEC(".maps");

static __always_inline enum tcp_family family_of(const struct sock *sk)
{
	const struct sock_common *common = &sk->__sk_common;
	const __u32 *peer;

	if (common->skc_family != AF_INET6 || !bpf_core_field_exists(common->skc_v6_daddr))
		return ipv4;
	peer = common->skc_v6_daddr.in6_u.u6_addr32;
	return peer[0] == 0 && peer[1] == 0 && peer[2] == bpf_htonl(0xffff) ? ipv4 : ipv6;
}

/* The labels of a connection; false for what the filters leave out. */
static __always_inline bool labels_of(const struct sock *sk, struct tcp_key *key)
{
	key->family = family_of(sk);
	return filter_has_number(family, key->family) && filter_has_socket(sk);
}

SEC("tp_btf/tcp_probe")
int BPF_PROG(tcp_received, const struct sock *sk)
{
	struct tcp_key key = {};
	__u32 eighths = BPF_CORE_READ((const struct tcp_sock *)sk, srtt_us);

	if (eighths && labels_of(sk, &key))
		histogram_observe(tcp_rtt, &key, eighths >> 3);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_set_state, const struct sock *sk, int before, int after)
{
	__u64 id = (__u64)sk, now = bpf_ktime_get_ns(), *begun_ns;
	struct tcp_failure_key failure = {};
	struct tcp_key key = {};

	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	if (after != BPF_TCP_SYN_SENT && before != BPF_TCP_SYN_SENT)
		return 0;
	if (!labels_of(sk, &key))
		return 0;
	if (after == BPF_TCP_SYN_SENT) {
		bpf_map_update_elem(&tcp_connecting, &id, &now, BPF_ANY);
		return 0;
	}
	begun_ns = bpf_map_lookup_elem(&tcp_connecting, &id);
	if (!begun_ns)
		return 0;
	if (after == BPF_TCP_ESTABLISHED)
		histogram_observe(tcp_connect, &key, now - *begun_ns);
	if (after == BPF_TCP_CLOSE) {
		failure.family = key.family;
		failure.error = (enum connect_error)sk->sk_err;
		counter_add(tcp_connect_failures, &failure, 1);
	}
	bpf_map_delete_elem(&tcp_connecting, &id);
	return 0;
}
