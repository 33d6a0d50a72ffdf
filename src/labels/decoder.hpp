#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "labels/host_names.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// One step on the way from a field's bytes to its label: what the next step reads, or nothing if
// the label set is to be dropped.
using DecodeStep = std::function<std::optional<std::string>(std::string_view)>;

// What a decoder reads.
enum class DecoderInput {
  kBytes,  // as they stand in the key
  kText,   // what another decoder made of them, or what the field is by its kind
};

struct Decoder {
  DecodeStep decode;
  DecoderInput input = DecoderInput::kBytes;
  bool is_volatile = false;  // can the same input mean another text later?
};

// The decoder that `spec` names, with the meaning ebpf_exporter gives it. kNotFound with the names
// there are, kInvalidConfig for arguments that make no sense. `names` outlives the decoder.
//
// A decoder of numbers that gets no number shows it as unknown: one key must not take the others'
// series with it.
Result<Decoder> make_decoder(const DecoderSpec& spec, HostNames& names);

// Why the decoder cannot read fields of that many bytes; "" if it can.
std::string size_fault(const DecoderSpec& spec, std::size_t size);

}  // namespace bpfpush
