#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {

// What the kernel has counted of a disk: the fields of /sys/block/DEVICE/stat that count requests
// and 512-byte sectors.
struct DiskStat {
  std::uint64_t reads = 0;
  std::uint64_t reads_merged = 0;
  std::uint64_t sectors_read = 0;
  std::uint64_t writes = 0;
  std::uint64_t writes_merged = 0;
  std::uint64_t sectors_written = 0;
  std::uint64_t flushes = 0;

  friend bool operator==(const DiskStat&, const DiskStat&) = default;
  friend DiskStat operator-(const DiskStat& after, const DiskStat& before);
};

// Requests of one size, a multiple of 512 bytes, one after the other.
struct DirectIo {
  std::size_t count = 1;
  std::size_t bytes = 4096;
};

// A disk of our own: a loop device over a file. Every direct request reaches the device as it is,
// unmerged and unsplit up to 128 KiB. It detaches at the end of its life, and when this process
// dies.
class LoopDevice {
 public:
  // Returns when whoever looks at new disks has done so: from then on all I/O is ours. Needs root.
  static Result<LoopDevice> attach(std::size_t bytes);

  LoopDevice(LoopDevice&&) noexcept = default;
  ~LoopDevice();

  const std::string& name() const { return name_; }  // "loop0"

  Result<void> read(DirectIo io);
  Result<void> write(DirectIo io);
  Result<void> sync();

  DiskStat stat() const;

 private:
  LoopDevice(std::string name, std::size_t bytes) : name_(std::move(name)), bytes_(bytes) {}

  Result<void> attach_to(const FileDescriptor& file);
  Result<void> transfer(DirectIo io, bool write);

  TemporaryDirectory directory_;
  std::string name_;
  std::size_t bytes_;
  std::size_t offset_ = 0;
  FileDescriptor device_;
};

}  // namespace bpfpush
