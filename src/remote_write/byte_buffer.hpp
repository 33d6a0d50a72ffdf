#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace bpfpush {

// Bytes that are written anew for each request into memory that is kept. Unlike a string's, room
// that was asked for is not filled with zeros: what is never written to costs no physical memory,
// and the bounds we ask for are generous.
class ByteBuffer {
 public:
  void clear() { size_ = 0; }

  // Makes room for `more` bytes after the last and returns where they go; valid until the next
  // call.
  char* reserve(std::size_t more);

  // Says that what was reserved has been written up to `end`.
  void commit(const char* end);

  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::string_view text() const { return {data(), size_}; }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(data(), size_)); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace bpfpush
