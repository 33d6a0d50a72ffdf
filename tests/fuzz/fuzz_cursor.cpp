// Any bytes as a cursor's file: the position it says is one that stands in it, the last.
#include <string>

#include "base/check.hpp"
#include "spool/byte_io.hpp"
#include "spool/cursor_file.hpp"
#include "spool/format.hpp"

namespace bpfpush {
namespace {

std::string position(std::uint64_t id) {
  ByteWriter writer;
  writer.put_u64(id);
  const std::uint32_t checksum = spool_format::crc32c(writer.bytes());
  writer.put_u32(checksum);
  return writer.bytes();
}

void check(const std::string& bytes) {
  const CursorPosition read = parse_cursor(bytes);
  if (read.id) CHECK(bytes.find(position(*read.id)) != bytes.npos);
  if (!read.whole) return;
  CHECK((bytes.size() - spool_format::kCursorMagic.size()) % spool_format::kPositionBytes == 0);
  CHECK(!read.id || bytes.ends_with(position(*read.id)));
  CHECK(parse_cursor(bytes + position(7)).id == 7u);
  CHECK(parse_cursor(bytes + position(7)).whole);
  const CursorPosition torn = parse_cursor(bytes + position(7).substr(1));
  CHECK(!torn.whole && torn.id == read.id);
}

}  // namespace
}  // namespace bpfpush

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  bpfpush::check(bytes);
  if (size < 8) return 0;
  // With the checksum that it should have.
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < 8; ++i) id = id << 8 | data[i];
  bpfpush::check(std::string(bpfpush::spool_format::kCursorMagic) + bpfpush::position(id));
  return 0;
}
