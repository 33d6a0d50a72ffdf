#include "labels/key_decoder.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/utf8.hpp"

namespace bpfpush {
namespace {

constexpr std::string_view kMajorMinor = "majorminor";

std::uint64_t read_unsigned(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());  // little-endian hosts
  return value;
}

std::int64_t read_signed(std::span<const std::byte> bytes) {
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(read_unsigned(bytes) << unused) >> unused;
}

std::string read_string(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return to_valid_utf8(text.substr(0, text.find('\0')));
}

std::string enumerator_name(const KeyField& field, std::uint64_t value) {
  const auto found = field.enumerators.find(value);
  return found == field.enumerators.end() ? std::to_string(value) : found->second;
}

}  // namespace

KeyDecoder::KeyDecoder(KeySchema schema, DeviceNames& devices)
    : schema_(std::move(schema)), devices_(devices) {
  for (const KeyField& field : schema_.fields) volatile_ = volatile_ || !field.decoder.empty();
}

Result<KeyDecoder> KeyDecoder::create(KeySchema schema, DeviceNames& devices) {
  for (const KeyField& field : schema.fields) {
    if (field.decoder.empty()) continue;
    if (field.decoder != kMajorMinor) {
      return Error(Errc::kNotFound, "label " + field.name + " asks for the decoder \"" +
                                        field.decoder + "\"; there is " + std::string(kMajorMinor));
    }
    if (field.kind != FieldKind::kUnsigned || field.size != sizeof(std::uint32_t)) {
      return Error(Errc::kUnsupported, "label " + field.name + ": the decoder " +
                                           std::string(kMajorMinor) +
                                           " reads an unsigned integer of 32 bits");
    }
  }
  return KeyDecoder(std::move(schema), devices);
}

std::vector<std::string> KeyDecoder::label_names() const {
  std::vector<std::string> names;
  for (const KeyField& field : schema_.fields) names.push_back(field.name);
  return names;
}

std::vector<std::string> KeyDecoder::decode(std::span<const std::byte> key) const {
  std::vector<std::string> values;
  values.reserve(schema_.fields.size());
  for (const KeyField& field : schema_.fields) {
    values.push_back(decode_field(field, key.subspan(field.offset, field.size)));
  }
  return values;
}

std::vector<std::string> KeyDecoder::other() const {
  return std::vector<std::string>(schema_.fields.size(), "other");
}

std::string KeyDecoder::decode_field(const KeyField& field,
                                     std::span<const std::byte> bytes) const {
  if (!field.decoder.empty()) {
    return to_valid_utf8(devices_.name(static_cast<std::uint32_t>(read_unsigned(bytes))));
  }
  switch (field.kind) {
    case FieldKind::kUnsigned:
      return std::to_string(read_unsigned(bytes));
    case FieldKind::kSigned:
      return std::to_string(read_signed(bytes));
    case FieldKind::kEnum:
      return enumerator_name(field, read_unsigned(bytes));
    case FieldKind::kString:
      return read_string(bytes);
  }
  return {};
}

}  // namespace bpfpush
