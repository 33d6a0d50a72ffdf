#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "env/storage.hpp"

namespace bpfpush {

// Where the cursor of an endpoint is kept: the endpoint's name and ".cursor". Bytes other than
// letters, digits, "-", "_" and "." are written %XX; of a long name the end is replaced by its
// checksum.
std::string cursor_file_name(std::string_view endpoint);
bool is_cursor_file_name(std::string_view name);

// What a cursor file says: the last valid position in it.
struct CursorPosition {
  std::optional<std::uint64_t> id;  // of the first snapshot that was not passed
  bool whole = true;                // false: some of the file is no valid position
};
CursorPosition parse_cursor(std::string_view bytes);

// An endpoint's place in the log, kept in a file.
class CursorFile {
 public:
  // Bytes on the disk that a cursor takes at most, while it is being replaced.
  static constexpr std::uint64_t kDiskBytesMax = std::uint64_t{2} * 4096;

  // The storage outlives this. An error if there is a file that cannot be read.
  static Result<CursorFile> open(Storage& storage, std::string name);

  // As open() where there is no file.
  static CursorFile create(Storage& storage, std::string name);

  const std::optional<std::uint64_t>& saved() const { return saved_; }

  // Adds a position to the file.
  Result<void> save(std::uint64_t id);

  // Whether the file is to be replaced: it is long, or something in it is not right.
  bool is_to_be_replaced() const { return replace_; }
  boost::asio::awaitable<Result<void>> replace(bool durable);

  bool is_synced() const { return synced_; }
  boost::asio::awaitable<Result<void>> sync();

 private:
  CursorFile(Storage& storage, std::string name) : storage_(&storage), name_(std::move(name)) {}

  Storage* storage_;
  std::string name_;
  std::optional<std::uint64_t> saved_;
  std::uint64_t bytes_ = 0;
  bool replace_ = false;
  bool synced_ = true;
};

}  // namespace bpfpush
