#!/usr/bin/env bash
# test_kernel.sh PACKAGE BINARY WORK_DIR
#
# Boots the kernel of a Debian package (VERSION.deb) under emulation, with BINARY and two disks, and checks that the
# programs that programs.txt says run there do, and that they count what that kernel itself counts. Exit code 77: something
# that this needs is not here.
set -euo pipefail

package=$1 binary=$2 work=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules=(virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk mq-deadline)
filesystems=(crc16 crc32c_generic libcrc32c mbcache jbd2 ext4 xfs)

skip() {
  echo "skipped: $*"
  exit 77
}
[[ -e $package ]] || skip "there is no $package; \`./bootstrap.sh kernels\` fetches it"
for program in qemu-system-x86_64 cpio xz busybox mkfs.ext4; do
  command -v "$program" >/dev/null || skip "there is no $program; \`./bootstrap.sh kernels\` installs it"
done

# copy_modules FOLDER NAME...
copy_modules() {
  local folder=$1 module file
  shift
  mkdir -p "$folder"
  for module in "$@"; do
    file=$(find "$work/package" -name "$module.ko*" | head -n 1)
    case $file in
      *.xz) xz -dc "$file" >"$folder/$module.ko" ;;
      ?*) cp "$file" "$folder/$module.ko" ;;
    esac
  done
}

# A root file system in memory: busybox, the binary with the libraries it wants, and the modules for the disks.
make_initrd() {
  local root=$work/root library
  mkdir -p "$root"/{bin,dev,mnt,proc,sys}
  cp "$here/guest_init.sh" "$root/init"
  cp "$here/guest_suite.sh" "$root/suite.sh"
  chmod +x "$root/init"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$binary" "$root/bin/bpfpush"
  for library in $(ldd "$binary" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
  copy_modules "$root/modules" "${modules[@]}"
  copy_modules "$root/filesystems" "${filesystems[@]}"
  (cd "$root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd"
}

boot() {
  truncate -s 1G "$work/disk"
  truncate -s 64M "$work/ext4"
  mkfs.ext4 -q -F "$work/ext4"
  timeout 800 qemu-system-x86_64 -accel tcg,thread=multi -m 512 -smp 2 -nographic -no-reboot -net none \
    -kernel "$work"/package/boot/vmlinuz-* -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1 mitigations=off" \
    -drive file="$work/disk",if=virtio,format=raw -drive file="$work/ext4",if=virtio,format=raw </dev/null | tr -d '\r' | tee "$work/console"
}

# The kernel changes its own code where a tracepoint is switched, by way of a breakpoint. Under emulation it was seen to run
# into one that it had just taken away, and to die of that: the emulator's doing, and rare.
tripped() {
  grep -q 'int3: 0000 \[#' "$work/console"
}

# What `list` said, with ext4 and xfs and without, against the column of programs.txt.
compare_list() {
  awk -v kernel="$(basename "$package" .deb)" '
    function fail(what) { print "FAIL list:", what; failed = 1 }
    FNR == NR {
      if ($1 == "program") for (i = 2; i <= NF; i++) if ($i == kernel) column = i
      if (column && !/^#|^program/) { want[$1] = $column; listed++ }
      next
    }
    $1 == "list" { part = $0; next }
    $1 == "run" { part = "" }
    part != "" && $1 in want {
      seen[part]++
      says = $NF == "runs" ? "runs" : "fails"
      expected = part ~ /without/ && $1 == "fsync" ? "fails" : want[$1]
      if (says != expected) fail($1 " should say " expected ", but: " $0)
      next
    }
    part != "" && $1 != "PROGRAM" { fail("programs.txt does not know: " $0) }
    END {
      if (!listed || seen["list"] != listed || seen["list without filesystems"] != listed) fail("a program is missing")
      printf "%d programs\n", seen["list"]
      exit failed
    }' "$here/programs.txt" "$work/console"
}

# What the suite counted lies between what the kernel counted while all was attached (from statistics 2 to 3) and what it
# counted in all (1 to 4); of interrupts, one on each CPU may have been under way, and one that was raised before.
compare_suite() {
  awk '
    function check(what, got, least, most) {
      checks++
      if (got >= least && got <= most) return
      printf "FAIL suite: %s is %d, the kernel counted %d to %d\n", what, got, least, most
      failed = 1
    }
    $1 == "run" { in_suite = $2 == "suite" }
    !in_suite { next }
    $1 ~ /^[1-4]$/ { kernel[$1, $2 " " $3] = $4; if ($1 == 4) names[$2 " " $3] = 1 }
    /^ebpf_/ {
      split($1, part, /[{"}]/)
      sub(/^ebpf_/, "", part[1])
      sub(/_count$/, "", part[1])
      counted[part[1] " " part[3]] = $2
    }
    END {
      for (name in names) {
        slack = name ~ /irq/ ? 4 : 0
        check(name, counted[name] + 0, kernel[3, name] - kernel[2, name] - slack, kernel[4, name] - kernel[1, name])
      }
      check("fsync_latency vdb", counted["fsync_latency vdb"] + 0, 20, 20)
      check("tcp_connect", counted["tcp_connect ipv4"] + 0, 10, 10)
      check("tcp_connect_failures", counted["tcp_connect_failures_total ipv4"] + 0, 3, 3)
      check("reclaim_stall memcg", counted["reclaim_stall memcg"] + 0, 10, 1e9)
      check("tcp_rtt", counted["tcp_rtt ipv4"] + 0, 20, 1e3)
      printf "%d comparisons of the suite\n", checks
      exit failed || checks != 33
    }' "$work/console"
}

# In /sys/block/DEVICE/stat, counted from 1 behind the word before or after: 2 reads, 4 sectors read, 6 writes,
# 8 sectors written, 17 flushes.
compare() {
  awk '
    function check(what, got, want) {
      checks++
      if (got + 0 == want + 0) return
      printf "FAIL %s: %s is %d, the kernel counted %d\n", run, what, got, want
      failed = 1
    }
    function finish() {
      if (run == "" || run ~ /suite/) return
      if (run ~ /unaccounted/) {
        check("writes", value["size_count", "write"], 200)
        check("KiB written", value["size_sum", "write"], 800)
        if (value["latency_sum", "write"] > 200 * 10e6) { print "FAIL", run, "latency of a stale start"; failed = 1 }
        return
      }
      check("reads", value["size_count", "read"], after[2] - before[2])
      check("KiB read", value["size_sum", "read"], (after[4] - before[4]) / 2)
      check("writes", value["size_count", "write"], after[6] - before[6])
      check("KiB written", value["size_sum", "write"], (after[8] - before[8]) / 2)
      check("flushes", value["latency_count", "flush"], after[17] - before[17])
      check("latencies of writes", value["latency_count", "write"], value["size_count", "write"])
    }
    $1 == "run" { finish(); run = $0; delete value }
    $1 == "before" { split($0, before) }
    $1 == "after" { split($0, after) }
    /^ebpf_bio_req_/ {
      match($1, /operation="[a-z_]+"/)
      operation = substr($1, RSTART + 11, RLENGTH - 12)
      split($1, name, "{")
      sub(/^ebpf_bio_req_/, "", name[1])
      value[name[1], operation] = $2
    }
    $1 == "end" { finish(); ended = 1 }
    END {
      if (!ended) print "FAIL the machine did not come to its end"
      printf "%d comparisons\n", checks
      exit failed || !ended || checks != 14
    }' "$work/console"
}

rm -rf "$work"
mkdir -p "$work/package"
dpkg-deb -x "$package" "$work/package"
make_initrd
boot
for again in 1 2; do
  tripped || break
  echo "the emulated machine tripped over its own breakpoint; boot $again more"
  boot
done
failures=0
compare || failures=1
compare_list || failures=1
compare_suite || failures=1
exit $failures
