// Any schema and any key: a schema that is taken decodes every key into valid labels, the same ones
// each time.
#include <span>

#include "base/check.hpp"
#include "base/utf8.hpp"
#include "fuzz/input.hpp"
#include "labels/key_decoder.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

const char* const kDecoders[] = {
    "uint",       "hex",        "string",    "static_map",   "regexp",    "ksym",    "kstack",
    "majorminor", "ifname",     "inet_ip",   "cgroup",       "errno",     "syscall", "dname",
    "pci_vendor", "pci_device", "pci_class", "pci_subclass", "palmistry",
};

FakeFilesystem host() {
  FakeFilesystem filesystem;
  filesystem.links["/sys/dev/block/8:0"] = "../sda\xff";
  filesystem.directories = {{"/sys/class/net", 1}, {"/sys/class/net/lo", 2}, {"/cgroup", 1}};
  filesystem.files["/sys/class/net/lo/ifindex"] = "1\n";
  filesystem.files["/proc/self/mountinfo"] = "1 2 0:3 / /cgroup rw - cgroup2 cgroup2 rw\n";
  filesystem.files["/proc/kallsyms"] = "0000000000000010 t a\n0000000000000020 t b\t[m]\n";
  filesystem.files["/usr/share/misc/pci.ids"] = "0001  V\n\t0002  D\nC 01  C\n\t02  S\n";
  return filesystem;
}

DecoderSpec make_spec(FuzzInput& input) {
  DecoderSpec spec;
  spec.name = kDecoders[input.choose(std::size(kDecoders))];
  if (spec.name == "static_map") {
    const std::string key = input.text(input.choose(4));
    spec.static_map[key] = input.text(input.choose(4));
    spec.allow_unknown = input.choose(2) == 1;
  }
  if (spec.name == "regexp") spec.regexps = {input.text(input.choose(16))};
  spec.plain_unknown = spec.name == "majorminor" && input.choose(2) == 1;
  return spec;
}

KeySchema make_schema(FuzzInput& input) {
  KeySchema schema;
  schema.key_size = input.choose(64);
  for (std::size_t fields = input.choose(4); fields > 0; --fields) {
    KeyField& field = schema.fields.emplace_back();
    field.name = "l" + std::to_string(fields);
    field.kind = static_cast<FieldKind>(input.choose(5));
    field.offset = input.choose(66);
    field.size = input.choose(66);
    if (field.kind == FieldKind::kEnum) field.enumerators[input.choose(8)] = input.text(2);
    for (std::size_t steps = input.choose(4); steps > 0; --steps) {
      field.decoders.push_back(make_spec(input));
    }
  }
  return schema;
}

}  // namespace
}  // namespace bpfpush

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bpfpush;
  static const FakeFilesystem filesystem = host();
  HostNames names(filesystem);
  FuzzInput input(data, size);
  const KeySchema schema = make_schema(input);
  const auto decoder = KeyDecoder::create(schema, names);
  if (!decoder) {
    CHECK(decoder.error().message().starts_with("label l"));
    return 0;
  }
  CHECK(decoder->label_names().size() == schema.fields.size());
  do {
    std::string key = input.text(schema.key_size);
    key.resize(schema.key_size);
    const auto first = decoder->decode(std::as_bytes(std::span(key)));
    names.begin_collection();
    const auto second = decoder->decode(std::as_bytes(std::span(key)));
    CHECK(first.has_value() == second.has_value());
    if (!first) continue;
    CHECK(first->values == second->values);
    CHECK(first->values.size() == schema.fields.size());
    CHECK(first->repaired <= first->values.size());
    for (const std::string& value : first->values) CHECK(is_utf8(value));
  } while (!input.empty() && schema.key_size > 0);
  return 0;
}
