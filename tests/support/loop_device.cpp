#include "support/loop_device.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <sstream>

#include "support/eventually.hpp"

namespace bpfpush {
namespace {

// Direct I/O needs an aligned buffer; a page suits every disk.
constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kRequestBytesMax = 128 * 1024;

// Another process may take the free device between asking for it and configuring it.
constexpr int kAttachAttempts = 100;

constexpr std::chrono::seconds kQuietTimeout{10};
constexpr int kQuietPolls = 10;

struct AlignedDelete {
  void operator()(std::byte* buffer) const {
    ::operator delete[](buffer, std::align_val_t{kAlignment});
  }
};
using AlignedBuffer = std::unique_ptr<std::byte[], AlignedDelete>;

AlignedBuffer aligned_buffer() {
  void* memory = ::operator new[](kRequestBytesMax, std::align_val_t{kAlignment});
  return AlignedBuffer(new (memory) std::byte[kRequestBytesMax]());
}

}  // namespace

DiskStat operator-(const DiskStat& after, const DiskStat& before) {
  return {
      .reads = after.reads - before.reads,
      .reads_merged = after.reads_merged - before.reads_merged,
      .sectors_read = after.sectors_read - before.sectors_read,
      .writes = after.writes - before.writes,
      .writes_merged = after.writes_merged - before.writes_merged,
      .sectors_written = after.sectors_written - before.sectors_written,
      .flushes = after.flushes - before.flushes,
  };
}

Result<LoopDevice> LoopDevice::attach(std::size_t bytes) {
  const FileDescriptor control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) return last_system_error("/dev/loop-control");
  for (int attempt = 0; attempt < kAttachAttempts; ++attempt) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return last_system_error("/dev/loop-control");
    LoopDevice loop("loop" + std::to_string(number), bytes);
    const std::string path = loop.directory_.path() / "disk";
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0)
      return last_system_error(path);
    const auto attached = loop.attach_to(file);
    if (attached) return loop;
    if (attached.error().code != boost::system::errc::device_or_resource_busy)
      return attached.error();
  }
  return Error{Errc::kUnavailable, "every free loop device was taken by others"};
}

Result<void> LoopDevice::attach_to(const FileDescriptor& file) {
  const std::string path = "/dev/" + name_;
  FileDescriptor device(::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC));
  if (!device) return last_system_error(path);
  loop_config config{};
  config.fd = static_cast<std::uint32_t>(file.get());
  config.block_size = 512;
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (::ioctl(device.get(), LOOP_CONFIGURE, &config) != 0) return last_system_error(path);
  device_ = std::move(device);
  // The queue keeps what an earlier user of the device set.
  std::ofstream("/sys/block/" + name_ + "/queue/iostats") << "1";
  std::ofstream("/sys/block/" + name_ + "/queue/scheduler") << "none";

  DiskStat last = stat();
  int quiet = 0;
  const auto is_quiet = [this, &last, &quiet] {
    const DiskStat now = stat();
    quiet = now == last ? quiet + 1 : 0;
    last = now;
    return quiet >= kQuietPolls;
  };
  if (!eventually(kQuietTimeout, is_quiet))
    return Error{Errc::kUnavailable, path + ": someone else does I/O on it"};
  return {};
}

LoopDevice::~LoopDevice() {
  if (device_) ::ioctl(device_.get(), LOOP_CLR_FD);
}

Result<void> LoopDevice::read(DirectIo io) {
  return transfer(io, false);
}

Result<void> LoopDevice::write(DirectIo io) {
  return transfer(io, true);
}

Result<void> LoopDevice::sync() {
  if (::fsync(device_.get()) != 0) return last_system_error("/dev/" + name_);
  return {};
}

Result<void> LoopDevice::transfer(DirectIo io, bool write) {
  if (io.bytes > kRequestBytesMax)
    return Error{Errc::kTooLarge, "a request of more than 128 KiB may be split"};
  const AlignedBuffer buffer = aligned_buffer();
  for (std::size_t i = 0; i < io.count; ++i) {
    if (offset_ + io.bytes > bytes_) offset_ = 0;
    const auto at = static_cast<off_t>(offset_);
    const ssize_t done = write ? ::pwrite(device_.get(), buffer.get(), io.bytes, at)
                               : ::pread(device_.get(), buffer.get(), io.bytes, at);
    if (done < 0) return last_system_error("/dev/" + name_);
    if (static_cast<std::size_t>(done) != io.bytes)
      return Error{Errc::kUnavailable, "/dev/" + name_ + ": a short transfer"};
    offset_ += io.bytes;
  }
  return {};
}

DiskStat LoopDevice::stat() const {
  // Documentation/block/stat.rst: the fields between are times and discards.
  std::uint64_t fields[17] = {};
  std::istringstream text(read_file("/sys/block/" + name_ + "/stat"));
  for (std::uint64_t& field : fields) text >> field;
  return {
      .reads = fields[0],
      .reads_merged = fields[1],
      .sectors_read = fields[2],
      .writes = fields[4],
      .writes_merged = fields[5],
      .sectors_written = fields[6],
      .flushes = fields[15],
  };
}

}  // namespace bpfpush
