#include "sender/credentials.hpp"

#include <algorithm>
#include <string_view>

namespace bpfpush {
namespace {

constexpr std::string_view kPlaceholder = "<secret>";

// What is shorter stands in a text by chance, and hides nothing from who sees its length.
constexpr std::size_t kSecretBytesMin = 4;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool is_called_like_a_secret(std::string_view name) {
  constexpr std::string_view kParts[] = {"auth", "cookie", "key", "password", "secret", "token"};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [name](std::string_view part) { return contains_ignoring_case(name, part); });
}

// Basic authentication sends neither the user nor the password as they are written.
void hide_basic(std::string& text) {
  constexpr std::string_view kScheme = "Basic ";
  constexpr std::string_view kEncoded =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  for (std::size_t at = text.find(kScheme); at != text.npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const std::size_t end = std::min(text.find_first_not_of(kEncoded, at), text.size());
    if (end - at < kSecretBytesMin) continue;
    text.replace(at, end - at, kPlaceholder);
  }
}

}  // namespace

std::vector<std::string> secrets_of(const Credentials& credentials, const HttpHeaders& headers) {
  std::vector<std::string> secrets;
  const auto add = [&secrets](const std::string& secret) {
    if (secret.size() >= kSecretBytesMin) secrets.push_back(secret);
  };
  if (credentials.basic) add(credentials.basic->password);
  // With or without the scheme before it.
  add(credentials.authorization.substr(credentials.authorization.find(' ') + 1));
  if (credentials.signature) {
    add(credentials.signature->secret_key);
    add(credentials.signature->session_token);
  }
  for (const auto& [name, value] : headers) {
    if (is_called_like_a_secret(name)) add(value);
  }
  return secrets;
}

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), kPlaceholder);
      at += kPlaceholder.size();
    }
  }
  hide_basic(text);
  return text;
}

}  // namespace bpfpush
