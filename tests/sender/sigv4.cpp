#include "sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace bpfpush {
namespace {

std::string hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string hmac(const std::string& key, const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string header(const MockRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (lower(key) == name) return value;
  }
  return {};
}

}  // namespace

std::string signature_part(const MockRequest& request, const std::string& name) {
  const std::string text = request.header("Authorization");
  const std::size_t begin = text.find(name + "=");
  if (begin == text.npos) return {};
  const std::size_t value = begin + name.size() + 1;
  return text.substr(value, text.find(',', value) - value);
}

std::string expected_signature(const MockRequest& request, const std::string& secret_key) {
  const std::vector<std::string> start = split(request.start_line, ' ');
  const std::string signed_headers = signature_part(request, "SignedHeaders");
  std::string canonical = start.at(0) + "\n" + start.at(1) + "\n\n";
  for (const std::string& name : split(signed_headers, ';')) {
    canonical += name + ":" + header(request, name) + "\n";
  }
  canonical += "\n" + signed_headers + "\n" + hex(sha256(request.body));

  // ID/DATE/REGION/SERVICE/aws4_request
  const std::string credential = signature_part(request, "Credential");
  const std::vector<std::string> scope = split(credential, '/');
  const std::string text = "AWS4-HMAC-SHA256\n" + header(request, "x-amz-date") + "\n" +
                           credential.substr(credential.find('/') + 1) + "\n" +
                           hex(sha256(canonical));
  std::string key = "AWS4" + secret_key;
  for (std::size_t i = 1; i < scope.size(); ++i) key = hmac(key, scope[i]);
  return hex(hmac(key, text));
}

}  // namespace bpfpush
