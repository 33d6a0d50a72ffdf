#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labels/key_decoder.hpp"

namespace bpfpush {

// The label that a field of these bytes becomes, by these decoders; nothing if it is dropped.
inline std::optional<std::string> decoded(std::vector<DecoderSpec> decoders, std::string_view bytes,
                                          HostNames& names) {
  KeySchema schema;
  schema.key_size = bytes.size();
  schema.fields = {{"l", 0, bytes.size(), FieldKind::kBytes, std::move(decoders), {}}};
  const auto decoder = KeyDecoder::create(std::move(schema), names).value();
  auto labels = decoder.decode(std::as_bytes(std::span(bytes)));
  if (!labels) return std::nullopt;
  return std::move(labels->values.front());
}

}  // namespace bpfpush
