#include "probe/object_check.hpp"

#include <bpf/btf.h>
#include <elf.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bpfpush {
namespace {

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};

using Bytes = std::span<const std::byte>;

template <typename T>
std::optional<T> read_at(Bytes bytes, std::uint64_t offset) {
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::optional<Bytes> contents(Bytes object, const Elf64_Shdr& section) {
  if (section.sh_offset > object.size() || object.size() - section.sh_offset < section.sh_size) {
    return std::nullopt;
  }
  return object.subspan(section.sh_offset, section.sh_size);
}

std::string_view text_at(Bytes texts, std::size_t offset) {
  if (offset >= texts.size()) return {};
  const auto* const begin = reinterpret_cast<const char*>(texts.data()) + offset;
  return {begin, ::strnlen(begin, texts.size() - offset)};
}

// The bytes of the section of that name; nothing where the file has none, or is no ELF.
std::optional<Bytes> find_section(Bytes object, std::string_view name) {
  const auto header = read_at<Elf64_Ehdr>(object, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  const auto section = [&](std::uint64_t index) {
    return read_at<Elf64_Shdr>(object, header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  const auto names = section(header->e_shstrndx);
  const auto texts = names ? contents(object, *names) : std::nullopt;
  if (!texts) return std::nullopt;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto one = section(i);
    if (one && one->sh_type == SHT_PROGBITS && text_at(*texts, one->sh_name) == name) {
      return contents(object, *one);
    }
  }
  return std::nullopt;
}

class TypeCheck {
 public:
  explicit TypeCheck(const btf* types) : types_(types), count_(btf__type_cnt(types)) {}

  bool has_all() const {
    for (std::uint32_t id = 1; id < count_; ++id) {
      const btf_type* type = btf__type_by_id(types_, id);
      if (!has_name(type->name_off) || !has_target(type) || !has_parts(type)) return false;
    }
    return true;
  }

 private:
  bool has_type(std::uint32_t id) const { return id < count_; }
  bool has_name(std::uint32_t offset) const {
    return btf__str_by_offset(types_, offset) != nullptr;
  }
  bool is_kind(std::uint32_t id, std::uint32_t kind) const {
    return has_type(id) && btf_kind(btf__type_by_id(types_, id)) == kind;
  }

  // What the type itself refers to.
  bool has_target(const btf_type* type) const {
    switch (btf_kind(type)) {
      case BTF_KIND_FUNC:
        return is_kind(type->type, BTF_KIND_FUNC_PROTO);
      case BTF_KIND_PTR:
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_VAR:
      case BTF_KIND_DECL_TAG:
      case BTF_KIND_TYPE_TAG:
      case BTF_KIND_FUNC_PROTO:
        return has_type(type->type);
      default:
        return true;
    }
  }

  // What stands behind it: members, parameters, variables ...
  bool has_parts(const btf_type* type) const {
    if (btf_is_array(type)) {
      return has_type(btf_array(type)->type) && has_type(btf_array(type)->index_type);
    }
    for (std::uint16_t i = 0; i < btf_vlen(type); ++i) {
      if (btf_is_composite(type)) {
        const btf_member& member = btf_members(type)[i];
        if (!has_type(member.type) || !has_name(member.name_off)) return false;
      } else if (btf_is_enum(type)) {
        if (!has_name(btf_enum(type)[i].name_off)) return false;
      } else if (btf_is_enum64(type)) {
        if (!has_name(btf_enum64(type)[i].name_off)) return false;
      } else if (btf_is_func_proto(type)) {
        const btf_param& parameter = btf_params(type)[i];
        if (!has_type(parameter.type) || !has_name(parameter.name_off)) return false;
      } else if (btf_is_datasec(type)) {
        const std::uint32_t id = btf_var_secinfos(type)[i].type;
        if (!is_kind(id, BTF_KIND_VAR) && !is_kind(id, BTF_KIND_FUNC)) return false;
      }
    }
    return true;
  }

  const btf* types_;
  std::uint32_t count_;
};

}  // namespace

Result<void> check_object(std::span<const std::byte> object) {
  const auto section = find_section(object, ".BTF");
  if (!section) return {};
  const std::unique_ptr<btf, FreeBtf> types(
      btf__new(section->data(), static_cast<std::uint32_t>(section->size())));
  if (types && TypeCheck(types.get()).has_all()) return {};
  return Error(Errc::kMalformed, "its BTF is damaged; compile it again");
}

}  // namespace bpfpush
