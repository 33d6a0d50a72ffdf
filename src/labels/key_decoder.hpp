#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "labels/decoder.hpp"
#include "labels/host_names.hpp"
#include "labels/key_labels.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// What a key says: one value for each label, valid UTF-8.
struct DecodedLabels {
  std::vector<std::string> values;
  std::size_t repaired = 0;  // how many of them were not UTF-8
};

// Turns the keys of one map into label values.
class KeyDecoder {
 public:
  // Errors name the label. kNotFound for a decoder that does not exist, kUnsupported for one that
  // does not fit its field, kInvalidConfig for wrong arguments, bytes without a decoder or
  // outside the key.
  // `names` is shared by all decoders and outlives them.
  static Result<KeyDecoder> create(KeySchema schema, HostNames& names);

  // One whose labels are said in C++.
  explicit KeyDecoder(KeyText text) : text_(std::move(text)) {}

  std::vector<std::string> label_names() const;

  // Nothing if a decoder drops the label set (a regexp without a match): what the key has counted
  // is then to be left out. `key` has schema.key_size bytes.
  std::optional<DecodedLabels> decode(std::span<const std::byte> key) const;

  // The values of the series that takes what found no room in the map.
  std::vector<std::string> other() const;

  // Can the same key mean another text later? Not for numbers and enums: what they are called is in
  // the key itself.
  bool is_volatile() const { return volatile_; }

 private:
  struct Field {
    KeyField spec;
    std::vector<Decoder> decoders;
  };

  KeyDecoder() = default;

  static Result<Field> create_field(KeyField spec, HostNames& names);
  static std::optional<std::string> decode_field(const Field& field, std::string_view bytes,
                                                 bool& is_repaired);

  std::vector<Field> fields_;
  std::optional<KeyText> text_;  // instead of fields
  bool volatile_ = false;
};

}  // namespace bpfpush
