#include "labels/key_decoder.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace bpfpush {
namespace {

std::uint64_t read_unsigned(std::string_view bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());  // little-endian hosts
  return value;
}

std::int64_t read_signed(std::string_view bytes) {
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(read_unsigned(bytes) << unused) >> unused;
}

std::string enumerator_name(const KeyField& field, std::uint64_t value) {
  const auto found = field.enumerators.find(value);
  return found == field.enumerators.end() ? std::to_string(value) : found->second;
}

// What a field is without any decoder.
std::string text_of(const KeyField& field, std::string_view bytes) {
  switch (field.kind) {
    case FieldKind::kUnsigned:
      return std::to_string(read_unsigned(bytes));
    case FieldKind::kSigned:
      return std::to_string(read_signed(bytes));
    case FieldKind::kEnum:
      return enumerator_name(field, read_unsigned(bytes));
    case FieldKind::kString:
      return std::string(bytes.substr(0, bytes.find('\0')));
    case FieldKind::kBytes:
      break;
  }
  return std::string(bytes);
}

// Makes `text` valid UTF-8; says whether it was not.
bool repair(std::string& text) {
  if (is_utf8(text)) return false;
  text = to_valid_utf8(text);
  return true;
}

// Why the bytes of the field are not what its kind needs; "" if they are.
std::string field_fault(const KeyField& field, std::size_t key_size) {
  if (field.offset > key_size || field.size > key_size - field.offset) {
    return "its bytes are not all in the key, which has " + std::to_string(key_size);
  }
  const bool is_integer = field.kind == FieldKind::kUnsigned || field.kind == FieldKind::kSigned ||
                          field.kind == FieldKind::kEnum;
  if (is_integer && (field.size == 0 || field.size > sizeof(std::uint64_t))) {
    return "an integer of " + std::to_string(field.size) + " bytes";
  }
  if (field.kind == FieldKind::kBytes && field.decoders.empty()) {
    return "its bytes have no decoder";
  }
  return {};
}

Error in_label(const Error& error, const std::string& label) {
  return {error.code, "label " + label + ": " + error.context};
}

}  // namespace

Result<KeyDecoder> KeyDecoder::create(KeySchema schema, HostNames& names) {
  KeyDecoder decoder;
  for (KeyField& spec : schema.fields) {
    const std::string label = spec.name;
    const std::string fault = field_fault(spec, schema.key_size);
    if (!fault.empty()) return in_label({Errc::kInvalidConfig, fault}, label);
    auto field = create_field(std::move(spec), names);
    if (!field) return in_label(field.error(), label);
    for (const Decoder& step : field->decoders) {
      decoder.volatile_ = decoder.volatile_ || step.is_volatile;
    }
    decoder.fields_.push_back(std::move(*field));
  }
  return decoder;
}

Result<KeyDecoder::Field> KeyDecoder::create_field(KeyField spec, HostNames& names) {
  Field field;
  for (const DecoderSpec& step : spec.decoders) {
    auto decoder = make_decoder(step, names);
    if (!decoder) return decoder.error();
    if (field.decoders.empty() && decoder->input == DecoderInput::kBytes) {
      const std::string fault = size_fault(step, spec.size);
      if (!fault.empty()) return Error(Errc::kUnsupported, fault);
    }
    field.decoders.push_back(std::move(*decoder));
  }
  field.spec = std::move(spec);
  return field;
}

std::vector<std::string> KeyDecoder::label_names() const {
  if (text_) return text_->names;
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(field.spec.name);
  return names;
}

std::optional<DecodedLabels> KeyDecoder::decode(std::span<const std::byte> key) const {
  DecodedLabels labels;
  if (text_) {
    labels.values = text_->values(key);
    CHECK(labels.values.size() == text_->names.size());
    for (std::string& value : labels.values) labels.repaired += repair(value) ? 1 : 0;
    return labels;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
  labels.values.reserve(fields_.size());
  for (const Field& field : fields_) {
    bool is_repaired = false;
    auto value = decode_field(field, bytes.substr(field.spec.offset, field.spec.size), is_repaired);
    if (!value) return std::nullopt;
    labels.repaired += is_repaired ? 1 : 0;
    labels.values.push_back(std::move(*value));
  }
  return labels;
}

std::vector<std::string> KeyDecoder::other() const {
  return std::vector<std::string>(label_names().size(), "other");
}

std::optional<std::string> KeyDecoder::decode_field(const Field& field, std::string_view bytes,
                                                    bool& is_repaired) {
  const bool reads_bytes =
      !field.decoders.empty() && field.decoders.front().input == DecoderInput::kBytes;
  std::string text = reads_bytes ? std::string(bytes) : text_of(field.spec, bytes);
  for (const Decoder& decoder : field.decoders) {
    // A regular expression, or a map, sees the text as it would be shown.
    if (decoder.input == DecoderInput::kText && repair(text)) is_repaired = true;
    auto decoded = decoder.decode(text);
    if (!decoded) return std::nullopt;
    text = std::move(*decoded);
  }
  if (repair(text)) is_repaired = true;
  return text;
}

}  // namespace bpfpush
