#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "labels/device_names.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// Turns the keys of one map into label values.
class KeyDecoder {
 public:
  // kNotFound for a decoder that does not exist, kUnsupported for one that does not fit its field.
  // `devices` is shared by all decoders and outlives them.
  static Result<KeyDecoder> create(KeySchema schema, DeviceNames& devices);

  std::vector<std::string> label_names() const;

  // One value for each field, valid UTF-8. `key` has schema.key_size bytes.
  std::vector<std::string> decode(std::span<const std::byte> key) const;

  // The values of the series that takes what found no room in the map.
  std::vector<std::string> other() const;

  // Can the same key mean another text later? Not for numbers and enums: what they are called is in
  // the key itself.
  bool is_volatile() const { return volatile_; }

 private:
  KeyDecoder(KeySchema schema, DeviceNames& devices);

  std::string decode_field(const KeyField& field, std::span<const std::byte> bytes) const;

  KeySchema schema_;
  DeviceNames& devices_;
  bool volatile_ = false;
};

}  // namespace bpfpush
