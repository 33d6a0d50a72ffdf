#include "probe/pin_directory.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <string_view>
#include <system_error>

namespace bpfpush {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFingerprintDigits = 32;
constexpr std::size_t kObjectCharactersMax = 64;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_name_of_object(std::string_view name) {
  if (name.size() < kFingerprintDigits + 2) return false;
  const std::string_view fingerprint = name.substr(name.size() - kFingerprintDigits);
  return name[name.size() - kFingerprintDigits - 1] == '-' &&
         std::all_of(fingerprint.begin(), fingerprint.end(), is_hex_digit);
}

// The entries of `path` that are an object's: the names, with or without the suffix.
std::vector<std::string> objects_in(const std::string& path, bool whole) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    std::string name = entry.path().filename();
    const bool is_whole = !name.ends_with(PinnedObject::kPartSuffix);
    if (!is_whole) name.resize(name.size() - std::string_view(PinnedObject::kPartSuffix).size());
    if (is_whole == whole && is_name_of_object(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string PinDirectory::name_of(const std::string& object, const std::string& fingerprint) {
  std::string name = object.substr(0, kObjectCharactersMax);
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  std::replace_if(name.begin(), name.end(), std::not_fn(is_plain), '-');
  return name + "-" + fingerprint;
}

std::string PinDirectory::object_of(const std::string& name) {
  return name.substr(0, name.size() - kFingerprintDigits - 1);
}

PinnedObject PinDirectory::object(const std::string& name) const {
  return PinnedObject(fs::path(path_) / name);
}

std::vector<std::string> PinDirectory::names() const {
  return objects_in(path_, true);
}

Result<void> PinDirectory::keep_only(const std::set<std::string>& kept) const {
  for (const std::string& name : objects_in(path_, false)) {
    std::error_code error;
    fs::remove_all(object(name).path().string() + PinnedObject::kPartSuffix, error);
    if (error) return system_error(error.value(), "removing " + path_ + "/" + name);
  }
  for (const std::string& name : names()) {
    if (kept.contains(name)) continue;
    Result<void> removed = object(name).remove();
    if (!removed) return removed;
  }
  return {};
}

}  // namespace bpfpush
