#!/bin/busybox sh
# The first process of a test machine: keeps it busy while `bpfpush print` counts, and tells the host, by its console,
# what the kernel counted and what bpfpush did. test_kernel.sh compares.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 none /sys/fs/cgroup

# Without modules.dep: what depends on another succeeds in a later round.
insert_modules() {
	for _ in 1 2 3 4; do
		for module in "$1"/*; do insmod "$module" 2>/dev/null; done
	done
}
insert_modules /modules

# Runs `print` with the arguments, its process id in $pid, and returns when all is attached: then it waits for its end, in
# epoll_wait (232) or epoll_pwait (281).
start_print() {
	bpfpush print --duration 1h "$@" >/out 2>/errors &
	pid=$!
	tries=0
	until grep -qE '^(232|281) ' /proc/$pid/syscall || [ $tries -ge 120 ]; do
		tries=$((tries + 1))
		sleep 0.5
	done
}

end_print() {
	kill -INT $pid
	wait $pid
	cat /errors
	grep -E "$1" /out
}

# Runs the I/O of $1 under `print`, with the settings of the disk's queue as they are.
measure() {
	start_print
	echo "before $(cat /sys/block/vda/stat)"
	"$1"
	sync
	echo "after $(cat /sys/block/vda/stat)"
	end_print '_(count|sum)\{'
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

. /suite.sh

echo "kernel $(uname -r)"
echo "list without filesystems"
bpfpush list
insert_modules /filesystems
echo "list"
bpfpush list
for scheduler in none mq-deadline; do
	echo "run accounted $scheduler"
	echo $scheduler >/sys/block/vda/queue/scheduler
	measure everything
done
echo 0 >/sys/block/vda/queue/iostats
echo "run unaccounted"
measure direct_writes
echo "run suite"
measure_suite
echo "end"
poweroff -f
