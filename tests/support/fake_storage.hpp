#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "env/storage.hpp"

namespace bpfpush {

// A directory that fails when it is told to, and forgets at a crash what was not synced.
class FakeStorage final : public Storage {
 public:
  Result<std::vector<StoredFile>> list() const override;
  Result<std::string> read(const std::string& name, std::uint64_t offset,
                           std::size_t size) const override;
  Result<void> append(const std::string& name, std::string_view bytes) override;
  Result<void> truncate(const std::string& name, std::uint64_t size) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& name) override;
  boost::asio::awaitable<Result<void>> sync(std::string name) override;
  boost::asio::awaitable<Result<void>> sync_directory() override;

  // The host loses power and comes back: files and names are what was synced, and by chance some of
  // what was not. `keep` is asked for each file how much of its unsynced bytes is there, in [0, 1],
  // and for each unsynced name whether it is (from 0.5 on). Where it `tears`, `keep` is also asked
  // for each sector of these bytes: below 0.5 it was never written, and reads as zeros.
  void crash(const std::function<double()>& keep, bool tears = false);

  // The host is shut down in order: nothing is lost.
  void sync_all();

  // Called before every operation but the reads; returning an errno makes it fail with that. An
  // append that fails has written the half.
  std::function<int(const char* operation)> before_write;
  std::function<int()> before_read;
  // Awaited in the middle of a sync, if given. What is appended meanwhile is not synced.
  std::function<boost::asio::awaitable<void>()> while_syncing;
  std::uint64_t writes = 0;                // operations so far, reads not counted
  std::optional<std::uint64_t> bytes_max;  // then ENOSPC

  std::uint64_t bytes() const;       // of all files
  std::uint64_t disk_bytes() const;  // the same in whole blocks
  // A file's bytes, to be damaged.
  std::string& at(const std::string& name);
  bool exists(const std::string& name) const { return names_.contains(name); }

  std::function<void()> after_write;  // to look at the state between any two operations

 private:
  using FileId = std::uint64_t;
  struct File {
    std::string bytes;
    std::string synced;      // what a crash leaves
    bool rewritten = false;  // since the last sync, and not just longer
  };

  int begin(const char* operation);
  void end();
  Result<void> failed(int error, const std::string& name) const;
  void forget_unnamed();

  std::map<FileId, File> files_;
  std::map<std::string, FileId> names_;
  std::map<std::string, FileId> synced_names_;
  FileId next_file_ = 0;
};

}  // namespace bpfpush
