#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bpfpush {

// How the bytes of one field of a map's key become text.
enum class FieldKind {
  kUnsigned,  // 1, 2, 4 or 8 bytes in host order, in decimal
  kSigned,
  kEnum,    // as kUnsigned, shown by the enumerator's name
  kString,  // char array, up to the first NUL
};

// One field of a key, and the label it becomes. A name with meaning beyond its bytes (a device, a
// cgroup) has a decoder.
struct KeyField {
  std::string name;  // the label's name
  std::size_t offset = 0;
  std::size_t size = 0;
  FieldKind kind = FieldKind::kUnsigned;
  std::string decoder;  // "" or a name that labels::FieldDecoders knows
  std::map<std::uint64_t, std::string> enumerators;  // kEnum

  friend bool operator==(const KeyField&, const KeyField&) = default;
};

// The labels that the keys of one map are made of, in the order of the key's bytes. Padding is no
// field.
struct KeySchema {
  std::size_t key_size = 0;
  std::vector<KeyField> fields;

  friend bool operator==(const KeySchema&, const KeySchema&) = default;
};

}  // namespace bpfpush
