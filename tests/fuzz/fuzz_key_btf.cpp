// Any BTF, as an object from anywhere may bring it, and any of its types as a key.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/check.hpp"
#include "probe/key_btf.hpp"

namespace {

constexpr std::uint32_t kTypesMax = 64;  // the rest would be as these

struct BtfFree {
  void operator()(btf* types) const { btf__free(types); }
};

void check_schema(const bpfpush::KeySchema& schema) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const bpfpush::KeyField& field = schema.fields[i];
    CHECK(!field.name.empty() && field.name != "le" && !field.name.starts_with("__"));
    CHECK(field.size > 0);
    for (std::size_t j = 0; j < i; ++j) CHECK(schema.fields[j].name != field.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libbpf_set_print(nullptr);
  const std::unique_ptr<btf, BtfFree> types(btf__new(data, static_cast<std::uint32_t>(size)));
  if (!types) return 0;
  const std::uint32_t count = std::min(btf__type_cnt(types.get()), kTypesMax);
  for (std::uint32_t id = 0; id <= count; ++id) {
    const auto schema = bpfpush::key_schema_from_btf(
        types.get(), id, "map", [](const std::string& setting) { return setting.size() > 1; });
    if (schema) check_schema(*schema);
  }
  return 0;
}
