#include "receiver/decode.hpp"

#include <snappy.h>

#include "receiver/decode_version.hpp"
#include "receiver/wire_scan.hpp"

namespace bpfpush {
namespace {

// Two bytes of a message can be an object of a hundred. As many as this no request of 32 MiB has
// whose labels say anything.
constexpr std::size_t kElementsMax = 4'000'000;

Error malformed(std::string text) {
  return {Errc::kMalformed, std::move(text)};
}

// What the bytes may be instead of snappy's block format.
std::string_view looks_like(std::string_view bytes) {
  struct Magic {
    std::string_view bytes;
    std::string_view name;
  };
  static constexpr Magic kMagics[] = {
      {std::string_view("\xff\x06\0\0sNaPpY", 10), ", it is snappy's framed format"},
      {"\x28\xb5\x2f\xfd", ", it is zstd"},
      {"\x1f\x8b", ", it is gzip"},
  };
  for (const Magic& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) return magic.name;
  }
  return "";
}

}  // namespace

std::string_view to_string(WriteVersion version) {
  return version == WriteVersion::kV1 ? "1.0" : "2.0";
}

Result<std::string> decompress_block(std::span<const std::byte> body,
                                     std::size_t message_bytes_max) {
  const auto* bytes = reinterpret_cast<const char*>(body.data());
  const std::string_view other = looks_like({bytes, body.size()});
  std::size_t size = 0;
  if (!other.empty() || !snappy::GetUncompressedLength(bytes, body.size(), &size)) {
    return malformed("the body is not snappy (block format)" + std::string(other));
  }
  if (size > message_bytes_max) {
    return Error(Errc::kTooLarge, "the body decompresses to " + std::to_string(size) +
                                      " bytes, the limit is " + std::to_string(message_bytes_max) +
                                      ": send smaller requests");
  }
  std::string message;
  if (!snappy::Uncompress(bytes, body.size(), &message)) {
    return malformed("the body is damaged or truncated snappy (block format)");
  }
  return message;
}

Result<WriteMessage> decode_message(std::string_view message, WriteVersion version) {
  const WireFacts wire = scan_wire(message, version);
  if (wire.elements > kElementsMax) {
    return Error(Errc::kTooLarge, "the message has more than " + std::to_string(kElementsMax) +
                                      " series, labels and samples: send smaller requests");
  }
  auto decoded = version == WriteVersion::kV1 ? decode_v1(message) : decode_v2(message);
  if (!decoded) return decoded;
  decoded->version = version;
  decoded->bytes = message.size();
  decoded->wire = wire;
  return decoded;
}

}  // namespace bpfpush
