// Any bytes as a message of remote write 2.0.
#include <snappy.h>

#include "fuzz/receiver_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body;
  snappy::Compress(reinterpret_cast<const char*>(data), size, &body);
  bpfpush::post_and_look(
      {"POST", "/api/v1/write", bpfpush::kContentTypeOfV2, "snappy", "fuzz/1", "2.0.0"}, body);
  return 0;
}
