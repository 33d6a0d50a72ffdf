#pragma once

#include <bpf/btf.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bpfpush {

// BTF comes with an object from anywhere, and libbpf before 1.3 does not check that the types and
// names it speaks of are there. Of one that is not, these make void and "".

// The id of the type that `id` stands for behind typedefs and qualifiers; 0, void, if there is
// none.
inline std::uint32_t resolve_id(const btf* types, std::uint32_t id) {
  constexpr int kHopsMax = 32;  // libbpf's own limit; a chain may be a circle
  for (int hops = 0; hops < kHopsMax; ++hops) {
    const btf_type* type = btf__type_by_id(types, id);
    if (type == nullptr) return 0;
    if (!btf_is_mod(type) && !btf_is_typedef(type)) return id;
    id = type->type;
  }
  return 0;
}

// The type of that id.
inline const btf_type* resolve_type(const btf* types, std::uint32_t id) {
  return btf__type_by_id(types, resolve_id(types, id));
}

inline std::string btf_name(const btf* types, std::uint32_t offset) {
  const char* const name = btf__name_by_offset(types, offset);
  return name == nullptr ? "" : name;
}

// What stands behind `prefix` in a tag (btf_decl_tag) of a type's component: a struct's member, -1
// for the type or function itself. "" if it has no such tag.
inline std::string declared_tag(const btf* types, std::uint32_t of, int component,
                                std::string_view prefix) {
  for (std::uint32_t id = 1; id < btf__type_cnt(types); ++id) {
    const btf_type* tag = btf__type_by_id(types, id);
    if (!btf_is_decl_tag(tag) || tag->type != of) continue;
    if (btf_decl_tag(tag)->component_idx != component) continue;
    const std::string text = btf_name(types, tag->name_off);
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return {};
}

}  // namespace bpfpush
