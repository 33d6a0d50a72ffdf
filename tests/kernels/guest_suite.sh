# The whole suite, at once, while the machine does some of everything. guest_init.sh reads this.

# What the kernel has counted of each thing a program observes: "$1 FAMILY LABEL NUMBER".
statistics() {
	awk -v when="$1" '
		FILENAME == "/proc/softirqs" && $1 ~ /:/ {
			for (i = 2; i <= NF; i++) sum[$1] += $i
			vector = tolower(substr($1, 1, length($1) - 1))
			print when, "softirq_run", vector, sum[$1]
			print when, "softirq_wait", vector, sum[$1]
		}
		FILENAME == "/proc/interrupts" && $NF ~ /^virtio.*req/ { print when, "hardirq_run", $NF, $2 + $3 }
		FILENAME == "/proc/vmstat" && /^allocstall/ { stalls += $2 }
		FILENAME == "/proc/net/snmp" && /^Tcp: [0-9]/ {
			print when, "tcp_connect", "ipv4", $6 - $8
			print when, "tcp_connect_failures_total", "ipv4", $8
		}
		FILENAME ~ /memory.events$/ && $1 == "max" { print when, "reclaim_stall", "memcg", $2 }
		END { print when, "reclaim_stall", "direct", stalls }
	' /proc/softirqs /proc/interrupts /proc/vmstat /proc/net/snmp /sys/fs/cgroup/small/memory.events
}

work() {
	for i in $(seq 10); do echo hello | nc 127.0.0.1 7000; done
	for i in 1 2 3; do nc 127.0.0.1 7001 </dev/null 2>/dev/null; done
	for i in $(seq 20); do dd if=/dev/zero of=/mnt/file bs=4k count=1 conv=fsync 2>/dev/null; done
	sh -c 'echo 0 >/sys/fs/cgroup/small/cgroup.procs && exec dd if=/dev/vdb of=/dev/null bs=64k 2>/dev/null'
	# More than the memory there is, from several sides, so that kswapd cannot keep up.
	readers=
	for i in 0 1 2 3; do
		dd if=/dev/vda of=/dev/null bs=1M skip=$((i * 256)) count=256 2>/dev/null &
		readers="$readers $!"
	done
	wait $readers
}

measure_suite() {
	ip link set lo up
	nc -ll -p 7000 -e /bin/true &
	listener=$!
	mount -t ext4 /dev/vdb /mnt
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir /sys/fs/cgroup/small
	echo 8M >/sys/fs/cgroup/small/memory.max
	programs=$(bpfpush list | awk 'NR > 1 { print "--program", $1 }')
	statistics 1
	start_print $programs
	statistics 2
	work
	statistics 3
	end_print '_(count|total)\{'
	statistics 4
	kill $listener
	umount /mnt
}
