// Any bytes as a body: what cannot be decompressed is refused, and what can has no more bytes than
// it may.
#include "fuzz/receiver_input.hpp"
#include "receiver/decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto message =
      bpfpush::decompress_block(bpfpush::as_body(body), bpfpush::kFuzzMessageBytesMax);
  CHECK(!message || message->size() <= bpfpush::kFuzzMessageBytesMax);
  bpfpush::post_and_look({"POST", "/api/v1/write", {}, {}}, body);
  return 0;
}
