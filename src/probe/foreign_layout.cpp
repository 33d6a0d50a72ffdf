#include "probe/foreign_layout.hpp"

#include <bpf/btf.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "probe/btf_types.hpp"
#include "probe/key_btf.hpp"
#include "snapshot/unit.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kCounterBytes = sizeof(std::uint64_t);
constexpr std::size_t kSlotsMax = 64;

Error misfit(const ForeignMapOptions& options, const std::string& what) {
  return {Errc::kInvalidConfig, "metric " + options.name + ": " + what};
}

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

bool is_integer_size(std::size_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

// How many of what the map counts in make one of what is shown.
Result<std::uint64_t> divisor_of(const ForeignMapOptions& options) {
  const auto exported = find_unit(options.unit);
  if (!exported) return exported.error();
  const auto measured =
      find_unit(options.measured_unit.empty() ? options.unit : options.measured_unit);
  if (!measured) return measured.error();
  return measured_per_exported(**measured, **exported);
}

// A member of the map's value, if BTF shows a struct that has it.
struct Member {
  std::size_t offset = 0;
  const btf_type* type = nullptr;
};

std::optional<Member> find_member(const MapInfo& info, std::string_view name) {
  if (info.types == nullptr || info.value_type == 0) return std::nullopt;
  const btf_type* value = resolve_type(info.types, info.value_type);
  if (!btf_is_struct(value)) return std::nullopt;
  for (std::uint32_t i = 0; i < btf_vlen(value); ++i) {
    const btf_member& member = btf_members(value)[i];
    if (name != btf__name_by_offset(info.types, member.name_off)) continue;
    if (btf_member_bitfield_size(value, i) != 0) return std::nullopt;
    return Member{btf_member_bit_offset(value, i) / 8, resolve_type(info.types, member.type)};
  }
  return std::nullopt;
}

std::optional<ValueField> integer_at(std::size_t offset, const btf_type* type) {
  if (!btf_is_int(type) || !is_integer_size(type->size)) return std::nullopt;
  return ValueField{offset, type->size, (btf_int_encoding(type) & BTF_INT_SIGNED) != 0};
}

// Where the slots are: as the options say, else as BTF does.
Result<std::optional<MapSlots>> find_slots(const ForeignMapOptions& options, const MapInfo& info) {
  std::optional<MapSlots> slots = options.slots;
  const auto member = find_member(info, "slots");
  if (!slots && member && btf_is_array(member->type)) {
    const struct btf_array& array = *btf_array(member->type);
    const btf_type* element = resolve_type(info.types, array.type);
    if (!btf_is_int(element)) return misfit(options, "`slots` of the map's value are no integers");
    slots = MapSlots{member->offset, array.nelems, element->size};
  }
  if (!slots) return slots;
  if (slots->count < 2 || slots->count > kSlotsMax || (slots->size != 4 && slots->size != 8)) {
    return misfit(options, "slots are 2 to 64 counters of 4 or 8 bytes");
  }
  const std::size_t end = slots->offset + slots->count * slots->size;
  if (end > info.value_size) {
    return misfit(options, "its slots end at byte " + std::to_string(end) +
                               ", and the values of the map have " + bytes_text(info.value_size));
  }
  return slots;
}

void lay_out_slots(const MapSlots& slots, const MapInfo& info, std::uint64_t divisor,
                   ForeignLayout& layout) {
  // Slot i holds integers below 2^(i+1), and Prometheus' bounds are inclusive. The last takes all
  // that is above: its counter is that of +Inf.
  for (std::size_t i = 0; i + 1 < slots.count; ++i) {
    const std::uint64_t largest = (std::uint64_t{1} << (i + 1)) - 1;
    layout.family.bounds.push_back(static_cast<double>(largest) / static_cast<double>(divisor));
  }
  const auto sum = find_member(info, "sum");
  const auto sum_field = sum ? integer_at(sum->offset, sum->type) : std::nullopt;
  layout.family.has_sum = sum_field.has_value();
  layout.shape.fields.push_back(sum_field.value_or(ValueField{}));
  for (std::size_t i = 0; i < slots.count; ++i) {
    layout.shape.fields.push_back({slots.offset + i * slots.size, slots.size, false});
  }
}

Result<void> lay_out_histogram(const ForeignMapOptions& options, const MapInfo& info,
                               std::uint64_t divisor, ForeignLayout& layout) {
  const auto slots = find_slots(options, info);
  if (!slots) return slots.error();
  if (*slots) {
    lay_out_slots(**slots, info, divisor, layout);
    return {};
  }
  if (!options.buckets) {
    return misfit(options,
                  "is a histogram whose map does not say its buckets; say `buckets`, for a value "
                  "that is a sum and a counter for each bucket, or `slots`");
  }
  auto buckets = lay_out_buckets(*options.buckets, divisor);
  if (!buckets) return buckets.error();
  const std::size_t bytes = kCounterBytes * (1 + buckets->bucket_count());
  if (info.value_size != bytes) {
    return misfit(options, "a sum and " + std::to_string(buckets->bucket_count()) +
                               " buckets (+Inf is one) have " + bytes_text(bytes) +
                               ", and the values of the map have " + bytes_text(info.value_size));
  }
  layout.family.bounds = std::move(buckets->bounds);
  return {};
}

Result<void> lay_out_number(const ForeignMapOptions& options, const MapInfo& info,
                            ForeignLayout& layout) {
  std::optional<ValueField> field;
  if (!options.value.empty()) {
    const auto member = find_member(info, options.value);
    if (member) field = integer_at(member->offset, member->type);
    if (!field) {
      return misfit(options, "BTF shows no integer \"" + options.value + "\" in the map's values");
    }
  } else if (info.types != nullptr && info.value_type != 0) {
    field = integer_at(0, resolve_type(info.types, info.value_type));
  } else if (is_integer_size(info.value_size)) {
    field = ValueField{0, info.value_size, false};
  }
  if (!field) {
    return misfit(options, "the values of the map are no integers, but have " +
                               bytes_text(info.value_size) +
                               "; `value` names the member of a struct, where the map has BTF");
  }
  layout.shape.fields.push_back(*field);
  return {};
}

KeySchema fields_by_size(const std::vector<MapLabel>& labels) {
  KeySchema schema;
  for (const MapLabel& label : labels) {
    schema.fields.push_back({label.name,
                             schema.key_size,
                             label.size,
                             label.decoders.empty() ? FieldKind::kUnsigned : FieldKind::kBytes,
                             label.decoders,
                             {}});
    schema.key_size += label.size + label.padding;
  }
  return schema;
}

Result<KeySchema> fields_by_btf(const ForeignMapOptions& options, const MapInfo& info) {
  if (info.types == nullptr || info.key_type == 0) {
    return misfit(options,
                  "its map has no BTF that we may see (which takes CAP_SYS_ADMIN) to take labels "
                  "from; say `labels`, each with its size and decoders");
  }
  // The constants that switch labels off are its owner's. We show what there is.
  const auto is_on = [](const std::string& /*setting*/) { return true; };
  auto known = key_schema_from_btf(info.types, info.key_type, info.name, is_on);
  if (!known || !options.labels) return known;
  KeySchema schema{known->key_size, {}};
  for (const MapLabel& label : *options.labels) {
    const auto field = std::find_if(known->fields.begin(), known->fields.end(),
                                    [&](const KeyField& one) { return one.name == label.name; });
    if (field == known->fields.end()) {
      return misfit(options, "the keys of its map have no field \"" + label.name +
                                 "\"; give all labels sizes, or none");
    }
    schema.fields.push_back(*field);
    if (!label.decoders.empty()) schema.fields.back().decoders = label.decoders;
  }
  return schema;
}

Result<KeySchema> lay_out_key(const ForeignMapOptions& options, const MapInfo& info) {
  const bool is_single = info.is_array && info.max_entries == 1;
  if (!options.labels && is_single) return KeySchema{info.key_size, {}};
  if (options.labels && options.labels->empty()) return KeySchema{info.key_size, {}};
  if (!options.labels || options.labels->front().size == 0) return fields_by_btf(options, info);
  KeySchema schema = fields_by_size(*options.labels);
  if (schema.key_size == info.key_size) return schema;
  return misfit(options, "its labels, with their padding, have " + bytes_text(schema.key_size) +
                             ", and the keys of the map have " + bytes_text(info.key_size));
}

}  // namespace

Result<void> check_foreign_options(const ForeignMapOptions& options) {
  const auto divisor = divisor_of(options);
  if (!divisor) return divisor.error();
  if (options.type == MetricType::kHistogram && options.buckets) {
    const auto buckets = lay_out_buckets(*options.buckets, *divisor);
    if (!buckets) return buckets.error();
  }
  if (options.entries) {
    const auto slots = lay_out_slots(*options.entries);
    if (!slots) return slots.error();
  }
  return {};
}

KeySchema known_labels(const ForeignMapOptions& options) {
  const bool sized = options.labels && !options.labels->empty() && options.labels->front().size > 0;
  if (!sized) return {};
  KeySchema schema = fields_by_size(*options.labels);
  if (options.entries) schema.fields.pop_back();  // the bucket
  return schema;
}

Result<ForeignLayout> lay_out_foreign_map(const ForeignMapOptions& options, const MapInfo& info,
                                          std::size_t cpu_count) {
  const auto divisor = divisor_of(options);
  if (!divisor) return divisor.error();
  ForeignLayout layout;
  layout.family.name = options.name;
  layout.family.help = options.help.empty() ? "Of the BPF map " + info.name + "." : options.help;
  const Unit& unit = **find_unit(options.unit);
  if (unit.is_base() && options.name.ends_with("_" + options.unit)) {
    layout.family.unit = options.unit;
  }
  layout.family.type = options.type;
  layout.family.divisor = static_cast<double>(*divisor);
  layout.capacity = info.max_entries;
  if (options.entries) {
    auto entries = lay_out_foreign_entries(options, info);
    if (!entries) return entries.error();
    layout.family.bounds = entries->family.bounds;
    layout.family.multiplier = entries->family.multiplier;
    layout.family.has_sum = entries->family.has_sum;
    layout.key = entries->key;
    layout.capacity = entries->capacity;
    layout.entries = std::move(*entries);
    return layout;
  }
  const bool is_histogram = options.type == MetricType::kHistogram;
  const Result<void> value = is_histogram ? lay_out_histogram(options, info, *divisor, layout)
                                          : lay_out_number(options, info, layout);
  if (!value) return value.error();
  auto key = lay_out_key(options, info);
  if (!key) return key.error();
  layout.key = std::move(*key);
  layout.shape.name = info.name;
  layout.shape.key_size = info.key_size;
  layout.shape.row_size = layout.family.row_size();
  layout.shape.cpu_count = info.is_per_cpu ? cpu_count : 1;
  // The kernel hands out each CPU's copy in whole words.
  layout.shape.value_size = info.is_per_cpu ? (info.value_size + 7) / 8 * 8 : info.value_size;
  return layout;
}

}  // namespace bpfpush
