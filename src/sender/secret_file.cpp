#include "sender/secret_file.hpp"

#include <string_view>

namespace bpfpush {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;

}  // namespace

Result<std::string> read_secret(const Filesystem& filesystem, const std::string& key,
                                const std::string& path) {
  Result<std::string> text = filesystem.read_file(path);
  if (!text) return Error(text.error().code, key + " " + path);
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->empty()) {  // a file that is being replaced, say
    return Error(Errc::kUnavailable, key + " " + path + " is empty");
  }
  if (text->size() > kSecretBytesMax) {
    return Error(Errc::kTooLarge, key + " " + path + " is larger than 4 KiB");
  }
  if (text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return Error(Errc::kMalformed, key + " " + path + ": it must hold one line of text");
  }
  return text;
}

}  // namespace bpfpush
