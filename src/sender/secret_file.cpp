#include "sender/secret_file.hpp"

#include <string_view>

namespace bpfpush {

Result<std::string> read_secret(const Filesystem& filesystem, const std::string& key,
                                const std::string& path) {
  Result<std::string> text = filesystem.read_file(path);
  if (!text) return Error(text.error().code, key + " " + path);
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return Error(Errc::kMalformed, key + " " + path + ": it must hold one line of text");
  }
  return text;
}

}  // namespace bpfpush
