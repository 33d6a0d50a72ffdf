// Any text as a configuration: it is taken, or every fault says where it is.
#include <sstream>
#include <string>

#include "base/check.hpp"
#include "config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string yaml(reinterpret_cast<const char*>(data), size);
  const auto config = bpfpush::parse_config(yaml, "fuzz.yaml", [](const std::string& name) {
    return name == "HOSTNAME" ? std::optional<std::string>("edge-1") : std::nullopt;
  });
  if (config) return 0;
  CHECK(config.error().message().starts_with("fuzz.yaml:"));
  return 0;
}
