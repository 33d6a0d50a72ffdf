#include <bpf/libbpf.h>

#include "probe/exporter_metric.hpp"
#include "probe/key_btf.hpp"

namespace bpfpush {
namespace {

MapFacts::Kind kind_of(bpf_map_type type) {
  switch (type) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
      return MapFacts::Kind::kHash;
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      return MapFacts::Kind::kArray;
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
      return MapFacts::Kind::kPerfEventArray;
    default:
      return MapFacts::Kind::kOther;
  }
}

}  // namespace

Result<MapFacts> map_facts(const bpf_object* object, const std::string& name) {
  const bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
  if (map == nullptr) {
    return Error(Errc::kNotFound, "the object has no map " + name);
  }
  const bpf_map_type type = bpf_map__type(map);
  MapFacts facts;
  facts.kind = kind_of(type);
  facts.per_cpu = type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
                  type == BPF_MAP_TYPE_PERCPU_ARRAY;
  facts.evicts = type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  facts.key_size = bpf_map__key_size(map);
  facts.value_size = bpf_map__value_size(map);
  facts.max_entries = bpf_map__max_entries(map);
  const std::uint32_t key_type = bpf_map__btf_key_type_id(map);
  if (key_type == 0) {
    facts.key_by_btf = Error(Errc::kUnsupported, "the object does not say what its keys are");
  } else {
    const auto all_on = [](const std::string&) { return true; };
    facts.key_by_btf = key_schema_from_btf(bpf_object__btf(object), key_type, name, all_on);
  }
  return facts;
}

}  // namespace bpfpush
