#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "snapshot/key_schema.hpp"

struct btf;

namespace bpfpush {

// The labels that keys of the type `id` make, found by BTF: the fields of a struct (nested structs
// flattened, padding and fields called so skipped), or the one label "key" of a plain integer, enum
// or char array. Enums bring their enumerators' names; a field marked LABEL_DECODER
// (bpf/histogram.bpf.h) brings its chain of decoders. kUnsupported for what no label can show,
// naming the field: bitfields, pointers, unions, arrays of anything but char, a label "le" or
// "__...". A field marked LABEL_IF is none unless `is_on` of that constant.
Result<KeySchema> key_schema_from_btf(const btf* types, std::uint32_t id, const std::string& map,
                                      const std::function<bool(const std::string&)>& is_on);

}  // namespace bpfpush
