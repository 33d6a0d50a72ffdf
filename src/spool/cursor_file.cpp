#include "spool/cursor_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "spool/byte_io.hpp"
#include "spool/format.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kSuffix = ".cursor";
constexpr std::size_t kNameBytesMax = 200;  // of 255, which file systems allow
constexpr std::uint64_t kFileBytesMax = 4096;

std::string to_position(std::uint64_t id) {
  ByteWriter writer;
  writer.put_u64(id);
  const std::uint32_t checksum = spool_format::crc32c(writer.bytes());
  writer.put_u32(checksum);
  return writer.bytes();
}

std::string in_hex(const char* format, unsigned value) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string cursor_file_name(std::string_view endpoint) {
  std::string name;
  for (const char c : endpoint) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.';
    name += is_plain ? std::string(1, c) : in_hex("%%%02X", byte);
  }
  if (name.size() > kNameBytesMax) {
    name = name.substr(0, kNameBytesMax) + "%" + in_hex("%08x", spool_format::crc32c(endpoint));
  }
  return name + std::string(kSuffix);
}

bool is_cursor_file_name(std::string_view name) {
  return name.ends_with(kSuffix);
}

CursorPosition parse_cursor(std::string_view bytes) {
  CursorPosition position;
  position.whole = bytes.starts_with(spool_format::kCursorMagic);
  bytes.remove_prefix(std::min(bytes.size(), spool_format::kCursorMagic.size()));
  for (; !bytes.empty();
       bytes.remove_prefix(std::min(bytes.size(), spool_format::kPositionBytes))) {
    const std::string_view one = bytes.substr(0, spool_format::kPositionBytes);
    const std::uint64_t id = ByteReader(one).u64();
    if (one == to_position(id)) {
      position.id = id;
    } else {
      position.whole = false;
    }
  }
  return position;
}

CursorFile CursorFile::create(Storage& storage, std::string name) {
  CursorFile file(storage, std::move(name));
  file.replace_ = true;  // by the first that is saved
  return file;
}

Result<CursorFile> CursorFile::open(Storage& storage, std::string name) {
  const auto bytes = storage.read(name, 0, 1 << 20);
  if (!bytes) {
    if (bytes.error() == system_error(ENOENT, "")) return create(storage, std::move(name));
    return bytes.error();
  }
  CursorFile file(storage, std::move(name));
  const CursorPosition position = parse_cursor(*bytes);
  file.saved_ = position.id;
  file.bytes_ = bytes->size();
  file.replace_ = !position.whole;
  file.synced_ = false;  // as far as is known
  return file;
}

Result<void> CursorFile::save(std::uint64_t id) {
  saved_ = id;
  std::string bytes = to_position(id);
  if (bytes_ == 0) bytes.insert(0, spool_format::kCursorMagic);
  replace_ |= bytes_ + bytes.size() > kFileBytesMax;
  if (replace_) return {};
  const Result<void> result = storage_->append(name_, bytes);
  if (result) {
    bytes_ += bytes.size();
    synced_ = false;
  } else {
    replace_ = true;  // what was written of it is in the way of the next
  }
  return result;
}

asio::awaitable<Result<void>> CursorFile::replace(bool durable) {
  if (!saved_) co_return Result<void>();
  replace_ = false;  // a position that is saved from here on may set it again
  const std::string next_name = name_ + ".tmp";
  const std::string bytes = std::string(spool_format::kCursorMagic) + to_position(*saved_);
  Result<void> result = storage_->remove(next_name);
  if (result || result.error() == system_error(ENOENT, "")) {
    result = storage_->append(next_name, bytes);
  }
  if (result && durable) result = co_await storage_->sync(next_name);
  if (result) result = storage_->rename(next_name, name_);
  if (result) {
    bytes_ = bytes.size();
    if (durable) result = co_await storage_->sync_directory();
  }
  replace_ |= !result;
  co_return result;
}

asio::awaitable<Result<void>> CursorFile::sync() {
  synced_ = true;
  Result<void> result = co_await storage_->sync(name_);
  synced_ = synced_ && result;
  co_return result;
}

}  // namespace bpfpush
