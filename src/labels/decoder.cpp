#include "labels/decoder.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "labels/decode_net.hpp"
#include "labels/decode_regexp.hpp"
#include "labels/decode_text.hpp"
#include "labels/number_names.hpp"

namespace bpfpush {
namespace {

constexpr auto kBytes = DecoderInput::kBytes;
constexpr auto kText = DecoderInput::kText;

using MakeStep = Result<DecodeStep> (*)(const DecoderSpec& spec, HostNames& names);

struct DecoderKind {
  std::string_view name;
  MakeStep make;
  DecoderInput input;
  bool is_volatile = false;
  // Whether it can read a field of that size, and in words which it can; none: any.
  bool (*reads)(std::size_t size) = nullptr;
  const char* sizes = "";
};

// The integer at the beginning of `bytes`, with zeros for what is not there.
template <typename Integer>
Integer read_integer(std::string_view bytes) {
  Integer value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));  // little-endian hosts
  return value;
}

// A decoder that needs nothing but its input.
template <std::string (*kDecode)(std::string_view)>
Result<DecodeStep> plain(const DecoderSpec&, HostNames&) {
  return DecodeStep([](std::string_view bytes) { return kDecode(bytes); });
}

// A decoder of a number in decimal. Of what is no number, or has no name, it says so.
template <typename Name>
DecodeStep named_number(Name name, std::string unknown) {
  return [name, unknown = std::move(unknown)](std::string_view text) {
    const auto number = parse_decimal(text);
    const std::string found = number ? name(*number) : "";
    return found.empty() ? unknown + std::string(text) : found;
  };
}

Result<DecodeStep> static_map(const DecoderSpec& spec, HostNames&) {
  if (spec.static_map.empty()) {
    return Error(Errc::kInvalidConfig, "the decoder static_map has no static_map");
  }
  return DecodeStep([spec](std::string_view text) { return decode_static_map(text, spec); });
}

Result<DecodeStep> regexp(const DecoderSpec& spec, HostNames&) {
  return make_regexp(spec);
}

Result<DecodeStep> ksym(const DecoderSpec&, HostNames& names) {
  return DecodeStep([&names](std::string_view bytes) {
    const auto address = read_integer<std::uint64_t>(bytes);
    const std::string name = names.symbols.at(address);
    return name.empty() ? "unknown_addr:0x" + to_hex(address, 1) : name;
  });
}

Result<DecodeStep> kstack(const DecoderSpec&, HostNames& names) {
  return DecodeStep([&names](std::string_view bytes) {
    std::string stack;
    for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
      const auto address = read_integer<std::uint64_t>(bytes);
      if (address == 0) break;
      const std::string name = names.symbols.before(address);
      stack += (stack.empty() ? "" : "\n") + (name.empty() ? "??" : name);
    }
    return stack;
  });
}

Result<DecodeStep> majorminor(const DecoderSpec& spec, HostNames& names) {
  const std::string unknown = spec.plain_unknown ? "" : "unknown:";
  return DecodeStep([&names, unknown](std::string_view bytes) {
    const auto device = read_integer<std::uint32_t>(bytes);
    const std::string& name = names.devices.name(device);
    return name.empty() ? unknown + DeviceNames::number(device) : name;
  });
}

Result<DecodeStep> ifname(const DecoderSpec&, HostNames& names) {
  return DecodeStep([&names](std::string_view bytes) {
    const auto index = read_integer<std::uint32_t>(bytes);
    const std::string name = names.interfaces.name(index);
    return name.empty() ? "unknown:" + std::to_string(index) : name;
  });
}

Result<DecodeStep> cgroup(const DecoderSpec&, HostNames& names) {
  return named_number([&names](std::uint64_t id) { return names.cgroups.path(id); },
                      "unknown_cgroup_id:");
}

Result<DecodeStep> errno_of(const DecoderSpec&, HostNames&) {
  return named_number(errno_name, "unknown:");
}

Result<DecodeStep> syscall_of(const DecoderSpec&, HostNames&) {
  return named_number(syscall_name, "unknown_syscall:");
}

template <std::string (PciIds::*kName)(std::uint64_t)>
Result<DecodeStep> pci(const DecoderSpec&, HostNames& names) {
  return named_number([&names](std::uint64_t id) { return (names.pci.*kName)(id); },
                      "unknown pci id: ");
}

bool is_integer(std::size_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

template <typename Integer>
bool holds(std::size_t size) {
  return size >= sizeof(Integer);
}

bool is_addresses(std::size_t size) {
  return size % sizeof(std::uint64_t) == 0;
}

const DecoderKind kDecoders[] = {
    {"uint", plain<decode_uint>, kBytes, false, is_integer, "1, 2, 4 or 8 bytes"},
    {"hex", plain<decode_hex>, kBytes},
    {"string", plain<decode_string>, kBytes},
    {"static_map", static_map, kText},
    {"regexp", regexp, kText},
    {"ksym", ksym, kBytes, true, holds<std::uint64_t>, "8 bytes or more"},
    {"kstack", kstack, kBytes, true, is_addresses, "a multiple of 8 bytes"},
    {"majorminor", majorminor, kBytes, true, holds<std::uint32_t>, "4 bytes or more"},
    {"ifname", ifname, kBytes, true, holds<std::uint32_t>, "4 bytes or more"},
    {"inet_ip", plain<decode_inet_ip>, kBytes},
    {"cgroup", cgroup, kText, true},
    {"errno", errno_of, kText},
    {"syscall", syscall_of, kText},
    {"dname", plain<decode_dname>, kBytes},
    {"pci_vendor", pci<&PciIds::vendor>, kText, true},
    {"pci_device", pci<&PciIds::device>, kText, true},
    {"pci_class", pci<&PciIds::class_of>, kText, true},
    {"pci_subclass", pci<&PciIds::subclass>, kText, true},
};

const DecoderKind* find_kind(std::string_view name) {
  const auto found = std::find_if(std::begin(kDecoders), std::end(kDecoders),
                                  [name](const DecoderKind& kind) { return kind.name == name; });
  return found == std::end(kDecoders) ? nullptr : found;
}

std::string known_names() {
  std::string names;
  for (const DecoderKind& kind : kDecoders) {
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

}  // namespace

Result<Decoder> make_decoder(const DecoderSpec& spec, HostNames& names) {
  const DecoderKind* kind = find_kind(spec.name);
  if (kind == nullptr) {
    return Error(Errc::kNotFound,
                 "there is no decoder \"" + spec.name + "\"; there are " + known_names());
  }
  auto step = kind->make(spec, names);
  if (!step) return step.error();
  return Decoder{std::move(*step), kind->input, kind->is_volatile};
}

std::string size_fault(const DecoderSpec& spec, std::size_t size) {
  const DecoderKind* kind = find_kind(spec.name);
  if (kind == nullptr || kind->reads == nullptr || kind->reads(size)) return {};
  return "the decoder " + spec.name + " reads " + kind->sizes + ", and the field has " +
         std::to_string(size);
}

}  // namespace bpfpush
