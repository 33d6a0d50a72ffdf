#include "probe/program_condition.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cstdint>
#include <string>

#include "probe/btf_types.hpp"

namespace bpfpush {

void leave_out_by_settings(bpf_object* object, Rodata& rodata) {
  const btf* types = bpf_object__btf(object);
  if (types == nullptr) return;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const int function = btf__find_by_name_kind(types, bpf_program__name(program), BTF_KIND_FUNC);
    if (function < 0) continue;
    const std::string setting =
        declared_tag(types, static_cast<std::uint32_t>(function), -1, "if:");
    if (!setting.empty() && !rodata.is_on(setting)) bpf_program__set_autoload(program, false);
  }
}

}  // namespace bpfpush
