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
  kBytes,   // an ebpf_exporter label: its decoders alone say what it is
};

// One step on the way from bytes to text. labels/decoder.hpp has the list of names.
struct DecoderSpec {
  std::string name;
  std::map<std::string, std::string> static_map;  // static_map
  bool allow_unknown = false;        // static_map: what it has not is passed on as it is
  std::vector<std::string> regexps;  // regexp
  bool plain_unknown = false;        // majorminor: "8:0" for no such device, not "unknown:8:0"

  friend bool operator==(const DecoderSpec&, const DecoderSpec&) = default;
};

// One field of a key, and the label it becomes. A name with meaning beyond its bytes (a device, a
// cgroup) has decoders.
struct KeyField {
  std::string name;  // the label's name
  std::size_t offset = 0;
  std::size_t size = 0;
  FieldKind kind = FieldKind::kUnsigned;
  std::vector<DecoderSpec> decoders;                 // each reads what the one before it made
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
