#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>

#include "env/file_descriptor.hpp"
#include "env/storage.hpp"

namespace bpfpush {

// A directory of a real file system. Syncs are done on a thread of their own; it must be destroyed
// before the io_context of those who wait for them.
class PosixStorage final : public Storage {
 public:
  // Opens the directory for this process alone, and makes it if it is not there. kUnavailable if
  // another process has it.
  static Result<std::unique_ptr<PosixStorage>> open(const std::string& directory);
  // Opens a directory that is there, to look at: others may have it, and nothing can be written.
  static Result<std::unique_ptr<PosixStorage>> open_to_read(const std::string& directory);

  ~PosixStorage() override;

  Result<std::vector<StoredFile>> list() const override;
  Result<std::string> read(const std::string& name, std::uint64_t offset,
                           std::size_t size) const override;
  Result<void> append(const std::string& name, std::string_view bytes) override;
  Result<void> truncate(const std::string& name, std::uint64_t size) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& name) override;
  boost::asio::awaitable<Result<void>> sync(std::string name) override;
  boost::asio::awaitable<Result<void>> sync_directory() override;

 private:
  PosixStorage(std::string path, FileDescriptor directory, FileDescriptor lock)
      : path_(std::move(path)), directory_(std::move(directory)), lock_(std::move(lock)) {}

  FileDescriptor open_file(const std::string& name, int flags) const;
  Error fault(const std::string& name) const;  // of the system call that just failed
  boost::asio::awaitable<Result<void>> sync_descriptor(FileDescriptor file, std::string path);

  std::string path_;
  FileDescriptor directory_;
  FileDescriptor lock_;
  std::optional<boost::asio::thread_pool> syncer_;  // made at the first sync
};

}  // namespace bpfpush
