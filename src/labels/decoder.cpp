#include "labels/decoder.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace bpfpush {
namespace {

struct DecoderKind {
  std::string_view name;
  DecoderInput input;
  bool is_volatile;
  // The sizes of fields it can read, in words, and whether `size` is one.
  std::string_view sizes;
  bool (*reads)(std::size_t size);
  std::optional<std::string> (*decode)(std::string_view bytes, const DecoderSpec& spec,
                                       HostNames& names);
};

std::optional<std::string> decode_majorminor(std::string_view bytes, const DecoderSpec& spec,
                                             HostNames& names) {
  std::uint32_t device = 0;
  std::memcpy(&device, bytes.data(), std::min(bytes.size(), sizeof device));
  const std::string& name = names.devices.name(device);
  if (!name.empty()) return name;
  return (spec.plain_unknown ? "" : "unknown:") + DeviceNames::number(device);
}

bool holds_word(std::size_t size) {
  return size >= sizeof(std::uint32_t);
}

const DecoderKind kDecoders[] = {
    {"majorminor", DecoderInput::kBytes, true, "4 bytes or more", holds_word, decode_majorminor},
};

const DecoderKind* find_kind(std::string_view name) {
  for (const DecoderKind& kind : kDecoders) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::string known_names() {
  std::string names;
  for (const DecoderKind& kind : kDecoders) {
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

}  // namespace

Result<Decoder> make_decoder(const DecoderSpec& spec, HostNames& names) {
  const DecoderKind* kind = find_kind(spec.name);
  if (kind == nullptr) {
    return Error(Errc::kNotFound,
                 "there is no decoder \"" + spec.name + "\"; there is " + known_names());
  }
  auto decode = [kind, spec, &names](std::string_view bytes) {
    return kind->decode(bytes, spec, names);
  };
  return Decoder{std::move(decode), kind->input, kind->is_volatile};
}

std::string size_fault(const DecoderSpec& spec, std::size_t size) {
  const DecoderKind* kind = find_kind(spec.name);
  if (kind == nullptr || kind->reads(size)) return {};
  return "the decoder " + spec.name + " reads " + std::string(kind->sizes) +
         ", and the field has " + std::to_string(size);
}

}  // namespace bpfpush
