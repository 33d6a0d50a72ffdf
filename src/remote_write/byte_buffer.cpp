#include "remote_write/byte_buffer.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace bpfpush {

char* ByteBuffer::reserve(std::size_t more) {
  if (more > capacity_ - size_) {
    const std::size_t capacity = std::max(size_ + more, 2 * capacity_);
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    std::copy_n(bytes_.get(), size_, bytes.get());
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }
  return bytes_.get() + size_;
}

void ByteBuffer::commit(const char* end) {
  const auto size = static_cast<std::size_t>(end - bytes_.get());
  CHECK(size >= size_ && size <= capacity_);
  size_ = size;
}

}  // namespace bpfpush
