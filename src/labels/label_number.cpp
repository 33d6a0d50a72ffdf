#include "labels/label_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "labels/key_decoder.hpp"

namespace bpfpush {
namespace {

constexpr std::uint64_t kNumbersTried = 4096;

template <typename Integer>
std::optional<std::uint64_t> parse(std::string_view text) {
  Integer value{};
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

// "8:0", as user space writes the number.
std::optional<std::uint64_t> device_number(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size() - 1);
  const auto major = parse<std::uint32_t>(text.substr(0, colon));
  const auto minor = parse<std::uint32_t>(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return (*minor & 0xff) | (*major << 8) | ((*minor & ~0xffULL) << 12);
}

Result<std::uint64_t> number_of_device(const std::string& text, const Filesystem& filesystem) {
  if (text.empty()) return Error(Errc::kInvalidConfig, "a device has a name");
  if (const auto number = device_number(text)) return *number;
  std::string name = text;
  std::replace(name.begin(), name.end(), '/', '!');  // as sysfs writes "cciss/c0d0"
  const auto file = filesystem.read_file("/sys/class/block/" + name + "/dev");
  const auto number = file ? device_number(file->substr(0, file->find('\n'))) : std::nullopt;
  if (number) return *number;
  return Error(Errc::kNotFound, "there is no block device \"" + text + "\"");
}

// Decoders of numbers know the way to text only. Those of system calls and errors know few numbers,
// so that way is tried for each.
Result<std::uint64_t> number_by_trial(KeyField field, const std::string& text,
                                      const Filesystem& filesystem) {
  field.offset = 0;
  if (field.size > sizeof(std::uint64_t)) {
    return Error(Errc::kUnsupported, "what it shows is no number");
  }
  const std::string decoder = field.decoders.back().name;
  HostNames names(filesystem);
  const auto key_decoder = KeyDecoder::create({field.size, {field}}, names);
  if (!key_decoder) return key_decoder.error();
  for (std::uint64_t number = 0; number < kNumbersTried; ++number) {
    const auto key = std::as_bytes(std::span(&number, 1)).first(field.size);
    const auto labels = key_decoder->decode(key);
    if (labels && labels->values.front() == text) return number;
  }
  return Error(Errc::kNotFound, "the decoder " + decoder + " knows no \"" + text + "\"");
}

Result<std::uint64_t> number_of_enumerator(const KeyField& field, const std::string& text) {
  std::string names;
  for (const auto& [number, name] : field.enumerators) {
    if (name == text) return number;
    names += (names.empty() ? "" : ", ") + name;
  }
  return Error(Errc::kNotFound, "there is no \"" + text + "\"; there is " + names);
}

}  // namespace

Result<std::uint64_t> number_of_label(const KeyField& field, const std::string& text,
                                      const Filesystem& filesystem) {
  const auto& decoders = field.decoders;
  if (decoders.size() == 1 && decoders.front().name == "majorminor") {
    return number_of_device(text, filesystem);
  }
  if (!decoders.empty()) return number_by_trial(field, text, filesystem);
  if (field.kind == FieldKind::kEnum) return number_of_enumerator(field, text);
  const auto number =
      field.kind == FieldKind::kSigned ? parse<std::int64_t>(text) : parse<std::uint64_t>(text);
  if (number) return *number;
  return Error(Errc::kInvalidConfig, "\"" + text + "\" is no number");
}

}  // namespace bpfpush
