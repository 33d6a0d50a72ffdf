#include "env/posix_storage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr char kLockName[] = "lock";

FileDescriptor open_directory(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

Result<std::unique_ptr<PosixStorage>> PosixStorage::open(const std::string& directory) {
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return system_error(made.value(), directory);
  FileDescriptor handle = open_directory(directory);
  if (!handle) return last_system_error(directory);
  const std::string lock_path = directory + "/" + kLockName;
  FileDescriptor lock(
      ::openat(handle.get(), kLockName, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock) return last_system_error(lock_path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return last_system_error(lock_path);
    return Error(Errc::kUnavailable, directory + " is used by another bpfpush; give each its own");
  }
  return std::unique_ptr<PosixStorage>(
      new PosixStorage(directory, std::move(handle), std::move(lock)));
}

Result<std::unique_ptr<PosixStorage>> PosixStorage::open_to_read(const std::string& directory) {
  FileDescriptor handle = open_directory(directory);
  if (!handle) return last_system_error(directory);
  return std::unique_ptr<PosixStorage>(
      new PosixStorage(directory, std::move(handle), FileDescriptor()));
}

PosixStorage::~PosixStorage() {
  if (syncer_) syncer_->join();
}

Result<std::vector<StoredFile>> PosixStorage::list() const {
  const FileDescriptor again = open_directory(path_);
  const int fd = again ? ::dup(again.get()) : -1;
  DIR* const entries = fd < 0 ? nullptr : ::fdopendir(fd);
  if (entries == nullptr) return last_system_error(path_);
  std::vector<StoredFile> files;
  while (const dirent* entry = ::readdir(entries)) {
    struct stat status{};
    if (::fstatat(directory_.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode) || entry->d_name == std::string_view(kLockName)) continue;
    files.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size)});
  }
  ::closedir(entries);
  const auto by_name = [](const StoredFile& a, const StoredFile& b) { return a.name < b.name; };
  std::sort(files.begin(), files.end(), by_name);
  return files;
}

Result<std::string> PosixStorage::read(const std::string& name, std::uint64_t offset,
                                       std::size_t size) const {
  const FileDescriptor file = open_file(name, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return fault(name);
  const auto end = static_cast<std::uint64_t>(status.st_size);
  std::string bytes(offset < end ? std::min<std::uint64_t>(size, end - offset) : 0, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault(name);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> PosixStorage::append(const std::string& name, std::string_view bytes) {
  const FileDescriptor file = open_file(name, O_WRONLY | O_APPEND | O_CREAT);
  if (!file) return fault(name);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fault(name);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PosixStorage::truncate(const std::string& name, std::uint64_t size) {
  const FileDescriptor file = open_file(name, O_WRONLY);
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return fault(name);
  return {};
}

Result<void> PosixStorage::rename(const std::string& from, const std::string& to) {
  if (::renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) != 0)
    return fault(from);
  return {};
}

Result<void> PosixStorage::remove(const std::string& name) {
  if (::unlinkat(directory_.get(), name.c_str(), 0) != 0) return fault(name);
  return {};
}

asio::awaitable<Result<void>> PosixStorage::sync(std::string name) {
  FileDescriptor file = open_file(name, O_RDONLY);
  if (!file) co_return fault(name);
  std::string path = path_ + "/" + name;
  Result<void> result = co_await sync_descriptor(std::move(file), std::move(path));
  co_return result;
}

asio::awaitable<Result<void>> PosixStorage::sync_directory() {
  FileDescriptor directory = open_directory(path_);
  if (!directory) co_return last_system_error(path_);
  std::string path = path_;
  Result<void> result = co_await sync_descriptor(std::move(directory), std::move(path));
  co_return result;
}

FileDescriptor PosixStorage::open_file(const std::string& name, int flags) const {
  return FileDescriptor(
      ::openat(directory_.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600));
}

Error PosixStorage::fault(const std::string& name) const {
  return last_system_error(path_ + "/" + name);
}

// A cancelled wait is not cut short: the kernel does not end an fsync either.
asio::awaitable<Result<void>> PosixStorage::sync_descriptor(FileDescriptor file, std::string path) {
  if (!syncer_) syncer_.emplace(1);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto begin = [this, &executor, &file](auto handler) {
    auto job = [executor, fd = file.get(), handler = std::move(handler)]() mutable {
      const int error = ::fsync(fd) == 0 ? 0 : errno;
      auto done = [handler = std::move(handler), error]() mutable { std::move(handler)(error); };
      asio::post(executor, std::move(done));
    };
    asio::post(*syncer_, std::move(job));
  };
  const int error = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(int)>(
      std::move(begin), asio::use_awaitable);
  if (error != 0) co_return system_error(error, path);
  co_return Result<void>();
}

}  // namespace bpfpush
