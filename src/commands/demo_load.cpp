#include "commands/demo_load.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <random>
#include <stop_token>

namespace bpfpush {
namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kBlocks = 4096;          // 16 MiB of file
constexpr std::size_t kRequestBlocksMax = 32;  // 128 KiB
constexpr std::chrono::milliseconds kPause{10};
constexpr int kRequestsPerFlush = 16;

void issue_requests(const std::stop_token& stop, int file) {
  // Direct I/O asks for aligned memory.
  alignas(kBlockBytes) static std::array<char, kRequestBlocksMax * kBlockBytes> buffer;
  std::minstd_rand random(1);  // the same requests in every demonstration
  for (int request = 0; !stop.stop_requested(); ++request) {
    const std::size_t size = (std::size_t{1} << (random() % 6)) * kBlockBytes;
    const auto offset = static_cast<off_t>(random() % (kBlocks - kRequestBlocksMax) * kBlockBytes);
    const bool failed = ::pwrite(file, buffer.data(), size, offset) < 0 ||
                        ::pread(file, buffer.data(), size, offset) < 0 ||
                        (request % kRequestsPerFlush == 0 && ::fdatasync(file) < 0);
    if (failed) return;  // a full disk, say: the host's own I/O is still shown
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

DemoLoad::DemoLoad(FileDescriptor file) : file_(std::move(file)) {}

Result<DemoLoad> DemoLoad::create(const std::string& directory) {
  FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) {  // a file system without nameless files
    std::string path = directory + "/bpfpush-demo-XXXXXX";
    file = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
    if (!file) return last_system_error("making a temporary file in " + directory);
    ::unlink(path.c_str());
  }
  // Without direct I/O (some file systems have none) the flushes still reach the disk.
  ::fcntl(file.get(), F_SETFL, O_DIRECT);
  if (::ftruncate(file.get(), kBlocks * kBlockBytes) != 0) {
    return last_system_error("sizing a temporary file in " + directory);
  }
  return DemoLoad(std::move(file));
}

void DemoLoad::start() {
  thread_ = std::jthread(
      [file = file_.get()](const std::stop_token& stop) { issue_requests(stop, file); });
}

}  // namespace bpfpush
