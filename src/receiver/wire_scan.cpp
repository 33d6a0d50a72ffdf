#include "receiver/wire_scan.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace bpfpush {
namespace {

constexpr unsigned kVarint = 0;
constexpr unsigned kFixed64 = 1;
constexpr unsigned kBytes = 2;
constexpr unsigned kFixed32 = 5;

// The fields of one message, one after another.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  // False at the end, and where the bytes are no field.
  bool next() {
    std::uint64_t tag = 0;
    if (rest_.empty() || !take_varint(tag)) return false;
    number_ = tag >> 3;
    type_ = tag & 7;
    bytes_ = {};
    std::uint64_t size = 0;
    switch (type_) {
      case kVarint:
        return take_varint(size);
      case kFixed64:
        return take(8);
      case kFixed32:
        return take(4);
      case kBytes:
        return take_varint(size) && take(size);
      default:
        return false;
    }
  }

  std::uint64_t number() const { return number_; }
  bool has_bytes() const { return type_ == kBytes; }
  std::string_view bytes() const { return bytes_; }  // of a message, a string, or packed numbers

 private:
  bool take_varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool take(std::uint64_t size) {
    if (size > rest_.size()) return false;
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  std::uint64_t number_ = 0;
  std::uint64_t type_ = 0;
  std::string_view bytes_;
};

std::uint64_t series_field(WriteVersion version) {
  return version == WriteVersion::kV1 ? 1 : 5;
}

// The fields of a series, and of what in it consists of messages itself (histograms, exemplars).
std::size_t count_elements(std::string_view series) {
  std::size_t count = 0;
  for (FieldReader field(series); field.next();) {
    count += 1;
    if (!field.has_bytes() || (field.number() != 3 && field.number() != 4)) continue;
    for (FieldReader inner(field.bytes()); inner.next();) count += 1;
  }
  return count;
}

bool is_text(std::string_view bytes, std::optional<std::string>& found) {
  if (is_utf8(bytes)) return true;
  found = to_valid_utf8(bytes.substr(0, 100));
  return false;
}

// Goes down `path`, field numbers of messages in messages, to the strings at its end.
void find_at(std::string_view message, std::string_view path, std::optional<std::string>& found) {
  const auto wanted = static_cast<unsigned char>(path.front());
  for (FieldReader field(message); !found && field.next();) {
    if (field.number() != wanted || !field.has_bytes()) continue;
    if (path.size() == 1) {
      if (!is_text(field.bytes(), found)) return;
    } else {
      find_at(field.bytes(), path.substr(1), found);
    }
  }
}

}  // namespace

WireFacts scan_wire(std::string_view message, WriteVersion version) {
  WireFacts facts;
  bool series_seen = false;
  for (FieldReader field(message); field.next();) {
    facts.elements += 1;
    if (field.number() == 1 || field.number() == 3) facts.has_v1_fields = true;
    if (field.number() == 4 || field.number() == 5) facts.has_v2_fields = true;
    if (field.number() == 4 && series_seen) facts.symbols_after_series = true;
    if (field.number() != series_field(version) || !field.has_bytes()) continue;
    series_seen = true;
    facts.elements += count_elements(field.bytes());
  }
  return facts;
}

std::optional<std::string> find_invalid_utf8(std::string_view message, WriteVersion version) {
  static constexpr std::string_view kStringsOfV1[] = {"\1\1\1", "\1\1\2", "\1\3\1\1", "\1\3\1\2",
                                                      "\3\2",   "\3\4",   "\3\5"};
  std::optional<std::string> found;
  if (version == WriteVersion::kV2) {
    find_at(message, "\4", found);
    return found;
  }
  for (const std::string_view path : kStringsOfV1) {
    if (!found) find_at(message, path, found);
  }
  return found;
}

}  // namespace bpfpush
