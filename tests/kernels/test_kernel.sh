#!/usr/bin/env bash
# test_kernel.sh PACKAGE BINARY WORK_DIR
#
# Boots the kernel of a Debian package (linux-image-*.deb) under emulation, with BINARY and a disk, and checks that `bio`
# counts there what that kernel itself counts. Exit code 77: something that this needs is not here.
set -euo pipefail

package=$1 binary=$2 work=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules=(virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk mq-deadline)

skip() {
  echo "skipped: $*"
  exit 77
}
[[ -e $package ]] || skip "there is no $package; \`./bootstrap.sh kernels\` fetches it"
for program in qemu-system-x86_64 cpio xz busybox; do
  command -v "$program" >/dev/null || skip "there is no $program; \`./bootstrap.sh kernels\` installs it"
done

# A root file system in memory: busybox, the binary with the libraries it wants, and the modules for the disk.
make_initrd() {
  local root=$work/root library module file
  mkdir -p "$root"/{bin,dev,modules,proc,sys}
  cp "$here/guest_init.sh" "$root/init"
  chmod +x "$root/init"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$binary" "$root/bin/bpfpush"
  for library in $(ldd "$binary" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
  for module in "${modules[@]}"; do
    file=$(find "$work/package" -name "$module.ko*" | head -n 1)
    case $file in
      *.xz) xz -dc "$file" >"$root/modules/$module.ko" ;;
      ?*) cp "$file" "$root/modules/$module.ko" ;;
    esac
  done
  (cd "$root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd"
}

boot() {
  truncate -s 64M "$work/disk"
  timeout 800 qemu-system-x86_64 -accel tcg,thread=multi -m 1024 -smp 2 -nographic -no-reboot -net none \
    -kernel "$work"/package/boot/vmlinuz-* -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1 mitigations=off" \
    -drive file="$work/disk",if=virtio,format=raw </dev/null | tr -d '\r' | tee "$work/console"
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
      if (run == "") return
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
compare
