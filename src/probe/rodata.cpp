#include "probe/rodata.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "probe/btf_types.hpp"

namespace bpfpush {
namespace {

constexpr char kSection[] = ".rodata";

// The number that `text` means, as the low `size` bytes of the result.
template <typename Integer>
std::optional<std::uint64_t> parse_integer(const std::string& text, std::size_t size) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (size < sizeof value) {
    const unsigned shift = 8 * static_cast<unsigned>(sizeof value - size);
    if (static_cast<Integer>(value << shift) >> shift != value) return std::nullopt;
  }
  return static_cast<std::uint64_t>(value);
}

}  // namespace

Rodata Rodata::read(bpf_object* object) {
  Rodata rodata;
  rodata.object_ = object;
  const bpf_map* map = bpf_object__find_map_by_name(object, kSection);
  const btf* types = bpf_object__btf(object);
  if (map == nullptr || types == nullptr) return rodata;
  std::size_t size = 0;
  const auto* bytes = static_cast<const std::byte*>(
      bpf_map__initial_value(const_cast<bpf_map*>(map), &size));  // NOLINT: libbpf 1.1's signature
  rodata.bytes_.assign(bytes, bytes + size);

  const int section_id = btf__find_by_name_kind(types, kSection, BTF_KIND_DATASEC);
  if (section_id < 0) return rodata;
  const btf_type* section = btf__type_by_id(types, static_cast<std::uint32_t>(section_id));
  for (std::uint32_t i = 0; i < btf_vlen(section); ++i) {
    const btf_var_secinfo& place = btf_var_secinfos(section)[i];
    const btf_type* variable = btf__type_by_id(types, place.type);
    const std::string name = btf__name_by_offset(types, variable->name_off);
    const btf_type* type = resolve_type(types, variable->type);
    if (place.offset + place.size > size) continue;
    const bool integer = btf_is_int(type);
    const auto encoding = integer ? btf_int_encoding(type) : 0;
    rodata.names_.push_back(name);
    rodata.variables_[name] = {place.offset, place.size, (encoding & BTF_INT_BOOL) != 0,
                               integer && place.size <= sizeof(std::uint64_t),
                               (encoding & BTF_INT_SIGNED) != 0};
  }
  return rodata;
}

std::span<std::byte> Rodata::variable(const std::string& name) {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return {};
  return std::span(bytes_).subspan(found->second.offset, found->second.size);
}

bool Rodata::is_on(const std::string& name) {
  const auto value = variable(name);
  return !value.empty() && value.front() != std::byte{0};
}

Result<void> Rodata::set(const std::string& name, const std::string& text) {
  const auto found = variables_.find(name);
  if (found == variables_.end() || !found->second.is_integer) {
    return Error(Errc::kNotFound, "no setting \"" + name + "\"; there is " + settable_names());
  }
  const Variable& variable = found->second;
  std::optional<std::uint64_t> value;
  if (variable.is_bool) {
    if (text == "true") value = 1;
    if (text == "false") value = 0;
  } else if (variable.is_signed) {
    value = parse_integer<std::int64_t>(text, variable.size);
  } else {
    value = parse_integer<std::uint64_t>(text, variable.size);
  }
  if (!value) {
    const std::string wanted = variable.is_bool     ? "true or false"
                               : variable.is_signed ? "an integer of "
                                                    : "an integer >= 0 of ";
    return Error(Errc::kInvalidConfig,
                 "setting \"" + name + "\" is " + wanted +
                     (variable.is_bool ? "" : std::to_string(8 * variable.size) + " bits") +
                     ", not \"" + text + "\"");
  }
  std::memcpy(bytes_.data() + variable.offset, &*value, variable.size);  // little-endian, as BPF
  return {};
}

Result<void> Rodata::store() const {
  if (bytes_.empty()) return {};
  bpf_map* map = bpf_object__find_map_by_name(object_, kSection);
  const int error = -bpf_map__set_initial_value(map, bytes_.data(), bytes_.size());
  if (error != 0) return system_error(error, "setting the constants of the object");
  return {};
}

std::string Rodata::settable_names() const {
  std::string names;
  for (const auto& [name, variable] : variables_) {
    if (variable.is_integer) names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "none" : names;
}

}  // namespace bpfpush
