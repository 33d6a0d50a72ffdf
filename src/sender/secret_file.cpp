#include "sender/secret_file.hpp"

#include <string_view>

namespace bpfpush {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;

Result<std::string> read_private(const Filesystem& filesystem, const std::string& name,
                                 const std::string& file) {
  Result<std::string> text = filesystem.read_private_file(file);
  if (text) return text;
  if (text.error().code == make_error_code(Errc::kInvalidConfig)) {
    return Error(Errc::kInvalidConfig,
                 name +
                     " may be read by every user of this host, so it is not used: take that "
                     "right away (chmod o-r), and replace the secret if it was there for long");
  }
  return Error(text.error().code, name);
}

}  // namespace

Result<std::string> read_secret(const Filesystem& filesystem, const std::string& key,
                                const Secret& secret) {
  const bool is_file = !secret.file.empty();
  const std::string name = is_file ? key + "_file " + secret.file : key;
  Result<std::string> text =
      is_file ? read_private(filesystem, name, secret.file) : Result<std::string>(secret.value);
  if (!text) return text;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->empty()) {  // a file that is being replaced, say
    return Error(Errc::kUnavailable, name + " is empty");
  }
  if (text->size() > kSecretBytesMax) {
    return Error(Errc::kTooLarge, name + " is larger than 4 KiB");
  }
  if (text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return Error(Errc::kMalformed, name + ": it must hold one line of text");
  }
  return text;
}

Result<void> check_private(const Filesystem& filesystem, const std::string& key,
                           const std::string& file) {
  const Result<std::string> text = read_private(filesystem, key + " " + file, file);
  if (!text) return text.error();
  return {};
}

}  // namespace bpfpush
