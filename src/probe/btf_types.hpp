#pragma once

#include <bpf/btf.h>

#include <cstdint>

namespace bpfpush {

// The type that `id` stands for behind typedefs and qualifiers. Never null: libbpf has checked the
// object's BTF.
inline const btf_type* resolve_type(const btf* types, std::uint32_t id) {
  const btf_type* type = btf__type_by_id(types, id);
  while (btf_is_mod(type) || btf_is_typedef(type)) type = btf__type_by_id(types, type->type);
  return type;
}

}  // namespace bpfpush
