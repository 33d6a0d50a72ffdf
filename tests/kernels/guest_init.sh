#!/bin/busybox sh
# The first process of a test machine: does block I/O on a disk of its own while `bpfpush print` counts it, and tells the
# host, by its console, what the kernel counted and what bpfpush did. test_kernel.sh compares.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# Without modules.dep: what depends on another succeeds in a later round.
for _ in 1 2 3 4; do
	for module in /modules/*; do insmod "$module" 2>/dev/null; done
done

# How many programs a process has attached.
links_of() {
	for fd in /proc/"$1"/fd/*; do readlink "$fd"; done | grep -c 'bpf.link'
}

# Runs the I/O of $1 under `print`, with the settings of the disk's queue as they are.
measure() {
	bpfpush print --duration 1h >/out 2>/errors &
	pid=$!
	tries=0
	until [ "$(links_of $pid)" -ge 3 ] || [ $tries -ge 60 ]; do
		tries=$((tries + 1))
		sleep 1
	done
	echo "before $(cat /sys/block/vda/stat)"
	"$1"
	sync
	echo "after $(cat /sys/block/vda/stat)"
	kill -INT $pid
	wait $pid
	cat /errors
	grep -E '_(count|sum)\{' /out
}

direct_writes() {
	dd if=/dev/zero of=/dev/vda bs=4k count=200 oflag=direct 2>/dev/null
}

everything() {
	direct_writes
	dd if=/dev/zero of=/dev/vda bs=64k count=20 conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	dd if=/dev/vda of=/dev/null bs=64k count=20 2>/dev/null
}

echo "kernel $(uname -r)"
bpfpush list
for scheduler in none mq-deadline; do
	echo "run accounted $scheduler"
	echo $scheduler >/sys/block/vda/queue/scheduler
	measure everything
done
echo 0 >/sys/block/vda/queue/iostats
echo "run unaccounted"
measure direct_writes
echo "end"
poweroff -f
