#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "labels/host_names.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// What a decoder reads.
enum class DecoderInput {
  kBytes,  // as they stand in the key
  kText,   // what another decoder made of them, or what the field is by its kind
};

// One step on the way from a field's bytes to its label.
struct Decoder {
  // What the next step reads; nothing if the label set is to be dropped.
  std::function<std::optional<std::string>(std::string_view)> decode;
  DecoderInput input = DecoderInput::kBytes;
  bool is_volatile = false;  // can the same input mean another text later?
};

// The decoder that `spec` names. kNotFound with the names there are, kInvalidConfig for arguments
// that make no sense. `names` outlives the decoder.
Result<Decoder> make_decoder(const DecoderSpec& spec, HostNames& names);

// Why the decoder cannot read fields of that many bytes; "" if it can.
std::string size_fault(const DecoderSpec& spec, std::size_t size);

}  // namespace bpfpush
