#include "support/fake_storage.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr std::uint64_t kBlockBytes = 4096;
constexpr std::size_t kSectorBytes = 512;

}  // namespace

Result<std::vector<StoredFile>> FakeStorage::list() const {
  std::vector<StoredFile> all;
  for (const auto& [name, file] : names_) all.push_back({name, files_.at(file).bytes.size()});
  return all;
}

Result<std::string> FakeStorage::read(const std::string& name, std::uint64_t offset,
                                      std::size_t size) const {
  if (const int error = before_read ? before_read() : 0) return system_error(error, name);
  const auto found = names_.find(name);
  if (found == names_.end()) return system_error(ENOENT, name);
  const std::string& bytes = files_.at(found->second).bytes;
  return bytes.substr(std::min<std::uint64_t>(offset, bytes.size()), size);
}

Result<void> FakeStorage::append(const std::string& name, std::string_view bytes_added) {
  int error = begin("append");
  if (error == 0 && bytes_max && bytes() + bytes_added.size() > *bytes_max) error = ENOSPC;
  const auto [found, is_new] = names_.try_emplace(name, next_file_);
  if (is_new) files_[next_file_++] = {};
  std::size_t written = error == 0 ? bytes_added.size() : bytes_added.size() / 2;
  if (error != 0 && bytes_max) {
    const std::uint64_t used = bytes();
    written = std::min<std::uint64_t>(written, *bytes_max > used ? *bytes_max - used : 0);
  }
  files_[found->second].bytes += bytes_added.substr(0, written);
  end();
  return failed(error, name);
}

Result<void> FakeStorage::truncate(const std::string& name, std::uint64_t size) {
  const int error = begin("truncate");
  if (error != 0) return failed(error, name);
  if (!names_.contains(name)) return failed(ENOENT, name);
  at(name).resize(size, '\0');
  end();
  return {};
}

Result<void> FakeStorage::rename(const std::string& from, const std::string& to) {
  const int error = begin("rename");
  if (error != 0) return failed(error, from);
  const auto found = names_.find(from);
  if (found == names_.end()) return failed(ENOENT, from);
  names_[to] = found->second;
  names_.erase(from);
  end();
  return {};
}

Result<void> FakeStorage::remove(const std::string& name) {
  const int error = begin("remove");
  if (error != 0) return failed(error, name);
  if (names_.erase(name) == 0) return failed(ENOENT, name);
  end();
  return {};
}

asio::awaitable<Result<void>> FakeStorage::sync(std::string name) {
  if (!names_.contains(name)) co_return failed(ENOENT, name);
  const FileId id = names_.at(name);
  const std::size_t size = files_.at(id).bytes.size();
  if (while_syncing) co_await while_syncing();
  const int error = begin("sync");
  if (error != 0) co_return failed(error, name);
  const auto found = files_.find(id);
  if (found != files_.end()) {
    File& file = found->second;
    if (std::exchange(file.rewritten, false)) file.synced.clear();
    const std::size_t done = file.synced.size();
    if (size > done) file.synced.append(file.bytes, done, size - done);
  }
  end();
  co_return Result<void>();
}

asio::awaitable<Result<void>> FakeStorage::sync_directory() {
  std::map<std::string, FileId> names = names_;
  if (while_syncing) co_await while_syncing();
  const int error = begin("sync_directory");
  if (error != 0) co_return failed(error, "directory");
  // What was removed meanwhile, and not to be found again.
  std::erase_if(names, [this](const auto& item) { return !files_.contains(item.second); });
  synced_names_ = std::move(names);
  forget_unnamed();
  end();
  co_return Result<void>();
}

void FakeStorage::sync_all() {
  for (auto& [id, file] : files_) {
    file.synced = file.bytes;
    file.rewritten = false;
  }
  synced_names_ = names_;
  forget_unnamed();
}

void FakeStorage::crash(const std::function<double()>& keep, bool tears) {
  for (auto& [id, file] : files_) {
    std::string& bytes = file.bytes;
    const std::size_t same = static_cast<std::size_t>(
        std::mismatch(bytes.begin(), bytes.end(), file.synced.begin(), file.synced.end()).first -
        bytes.begin());
    if (same < file.synced.size()) {  // truncated since, or rewritten
      if (keep() < 0.5) bytes = file.synced;
    } else {
      const auto unsynced = static_cast<double>(bytes.size() - same);
      bytes.resize(same + static_cast<std::size_t>(keep() * unsynced));
      for (std::size_t at = same; tears && at < bytes.size();) {
        const std::size_t end = std::min((at / kSectorBytes + 1) * kSectorBytes, bytes.size());
        if (keep() < 0.5) std::fill(bytes.begin() + at, bytes.begin() + end, '\0');
        at = end;
      }
    }
    file.synced = bytes;
    file.rewritten = false;
  }
  std::map<std::string, FileId> names;
  std::set<std::string> all;
  for (const auto* some : {&names_, &synced_names_}) {
    for (const auto& [name, file] : *some) all.insert(name);
  }
  for (const std::string& name : all) {
    const bool is_synced = names_.contains(name) && synced_names_.contains(name) &&
                           names_.at(name) == synced_names_.at(name);
    const auto& from = is_synced || keep() >= 0.5 ? names_ : synced_names_;
    const auto found = from.find(name);
    if (found != from.end()) names.emplace(name, found->second);
  }
  names_ = synced_names_ = names;
  forget_unnamed();
}

std::string& FakeStorage::at(const std::string& name) {
  File& file = files_.at(names_.at(name));
  file.rewritten = true;
  return file.bytes;
}

std::uint64_t FakeStorage::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [name, file] : names_) sum += files_.at(file).bytes.size();
  return sum;
}

std::uint64_t FakeStorage::disk_bytes() const {
  std::uint64_t blocks = 0;
  for (const auto& [name, file] : names_) {
    blocks += (files_.at(file).bytes.size() + kBlockBytes - 1) / kBlockBytes;
  }
  return blocks * kBlockBytes;
}

int FakeStorage::begin(const char* operation) {
  writes += 1;
  return before_write ? before_write(operation) : 0;
}

void FakeStorage::end() {
  if (after_write) after_write();
}

// Files that no name leads to any more, after a crash neither.
void FakeStorage::forget_unnamed() {
  std::set<FileId> named;
  for (const auto* names : {&names_, &synced_names_}) {
    for (const auto& [name, file] : *names) named.insert(file);
  }
  std::erase_if(files_, [&named](const auto& item) { return !named.contains(item.first); });
}

Result<void> FakeStorage::failed(int error, const std::string& name) const {
  if (error == 0) return {};
  return system_error(error, name);
}

}  // namespace bpfpush
