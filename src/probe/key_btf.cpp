#include "probe/key_btf.hpp"

#include <bpf/btf.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "probe/btf_types.hpp"

namespace bpfpush {
namespace {

constexpr std::string_view kDecoderTag = "decoder:";
constexpr std::string_view kIfTag = "if:";

// Of a key, those of nested structs among them. A key has 512 bytes at most, on its way through
// BPF's stack.
constexpr int kMembersMax = 512;

bool is_label_name(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  return !name.empty() && kDigits.find(name.front()) == kDigits.npos &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return kLetters.find(c) != kLetters.npos || kDigits.find(c) != kDigits.npos;
         });
}

// "string,regexp": what LABEL_DECODER says.
std::vector<DecoderSpec> chain(std::string_view names) {
  std::vector<DecoderSpec> decoders;
  while (!names.empty()) {
    std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    DecoderSpec& decoder = decoders.emplace_back();
    decoder.name = name;
    decoder.plain_unknown = true;
  }
  return decoders;
}

// "padding", "padding1" ...
bool is_padding(std::string_view name) {
  constexpr std::string_view kPadding = "padding";
  return name.starts_with(kPadding) &&
         name.find_first_not_of("0123456789", kPadding.size()) == std::string_view::npos;
}

class KeyWalker {
 public:
  KeyWalker(const btf* types, const std::string& map,
            const std::function<bool(const std::string&)>& is_on)
      : types_(types), map_(map), is_on_(is_on) {}

  Result<void> add_struct(std::uint32_t id, std::size_t offset) {
    const btf_type* type = btf__type_by_id(types_, id);
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
      const btf_member& member = btf_members(type)[i];
      const std::string name = btf_name(types_, member.name_off);
      if (++members_ > kMembersMax) return unsupported(name, "is one of too many, or holds itself");
      if (btf_member_bitfield_size(type, i) != 0) {
        return unsupported(name, "is a bitfield; give it a whole integer");
      }
      const std::string setting = tag_of(id, i, kIfTag);
      if (!setting.empty() && !is_on_(setting)) continue;
      const std::size_t at = offset + btf_member_bit_offset(type, i) / 8;
      const Result<void> added =
          add_field(name, member.type, at, chain(tag_of(id, i, kDecoderTag)));
      if (!added) return added;
    }
    return {};
  }

  Result<void> add_field(const std::string& name, std::uint32_t id, std::size_t offset,
                         std::vector<DecoderSpec> decoders) {
    const btf_type* type = resolve_type(types_, id);
    if (btf_is_struct(type)) return add_struct(resolve_id(types_, id), offset);
    if (is_padding(name)) return {};
    if (name == "le" || name.starts_with("__")) {
      return unsupported(name, "is a reserved label name; rename it");
    }
    if (!is_label_name(name)) return unsupported(name, "has a name that no label can have");
    const auto size = btf__resolve_size(types_, id);
    if (size <= 0) return unsupported(name, "has no size");
    KeyField field{
        name, offset, static_cast<std::size_t>(size), FieldKind::kUnsigned, std::move(decoders),
        {}};
    if (btf_is_any_enum(type)) {
      field.kind = FieldKind::kEnum;
      field.enumerators = enumerators_of(type);
    } else if (btf_is_array(type)) {
      const btf_type* element = resolve_type(types_, btf_array(type)->type);
      if (!btf_is_int(element) || element->size != 1) {
        return unsupported(name, "is an array of something else than char");
      }
      field.kind = FieldKind::kString;
    } else if (btf_is_int(type)) {
      if ((btf_int_encoding(type) & BTF_INT_SIGNED) != 0) field.kind = FieldKind::kSigned;
      if ((btf_int_encoding(type) & BTF_INT_BOOL) != 0) {
        field.kind = FieldKind::kEnum;
        field.enumerators = {{0, "false"}, {1, "true"}};
      }
      if (field.size > sizeof(std::uint64_t)) return unsupported(name, "is wider than 64 bits");
    } else {
      return unsupported(name, "is no integer, enum, char array or struct");
    }
    for (const KeyField& other : fields_) {
      if (other.name == name) return unsupported(name, "stands twice in the key");
    }
    fields_.push_back(std::move(field));
    return {};
  }

  std::vector<KeyField> take_fields() { return std::move(fields_); }

 private:
  Error unsupported(const std::string& field, const std::string& why) const {
    return {Errc::kUnsupported,
            "the key of map " + map_ + " cannot become labels: field \"" + field + "\" " + why};
  }

  std::string tag_of(std::uint32_t struct_id, std::uint32_t member, std::string_view prefix) const {
    return declared_tag(types_, struct_id, static_cast<int>(member), prefix);
  }

  std::map<std::uint64_t, std::string> enumerators_of(const btf_type* type) const {
    std::map<std::uint64_t, std::string> names;
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
      if (btf_is_enum(type)) {
        const struct btf_enum& one = btf_enum(type)[i];
        names.emplace(static_cast<std::uint32_t>(one.val), btf_name(types_, one.name_off));
      } else {
        const struct btf_enum64& one = btf_enum64(type)[i];
        names.emplace(btf_enum64_value(&one), btf_name(types_, one.name_off));
      }
    }
    return names;
  }

  const btf* types_;
  const std::string& map_;
  const std::function<bool(const std::string&)>& is_on_;
  int members_ = 0;  // walked so far
  std::vector<KeyField> fields_;
};

}  // namespace

Result<KeySchema> key_schema_from_btf(const btf* types, std::uint32_t id, const std::string& map,
                                      const std::function<bool(const std::string&)>& is_on) {
  if (id == 0) {
    return Error(Errc::kUnsupported, "the map " + map +
                                         " does not say what its keys are, as __type(key, ...) in "
                                         "its definition does");
  }
  KeyWalker walker(types, map, is_on);
  const Result<void> walked = walker.add_field("key", id, 0, {});
  if (!walked) return walked.error();
  const auto size = btf__resolve_size(types, id);
  if (size <= 0) return Error(Errc::kUnsupported, "the keys of map " + map + " have no bytes");
  return KeySchema{static_cast<std::size_t>(size), walker.take_fields()};
}

}  // namespace bpfpush
