#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

struct bpf_link;
struct bpf_object;
struct bpf_program;

namespace bpfpush {

struct BpfLinkDestroy {
  void operator()(bpf_link* link) const;
};
using BpfLink = std::unique_ptr<bpf_link, BpfLinkDestroy>;

// Sections that ebpf_exporter's programs stand in and libbpf does not know.

struct XdpSection {  // "xdp/eth0"
  std::string interface;

  friend bool operator==(const XdpSection&, const XdpSection&) = default;
};
struct PerfEventSection {  // "perf_event/type=0,config=3,frequency=99"
  std::uint32_t type = 0;
  std::uint64_t config = 0;
  std::uint64_t frequency = 0;  // Hz

  friend bool operator==(const PerfEventSection&, const PerfEventSection&) = default;
};
struct OtherSection {  // libbpf's business
  friend bool operator==(const OtherSection&, const OtherSection&) = default;
};
using Section = std::variant<OtherSection, XdpSection, PerfEventSection>;

// kMalformed for a section that begins as ours do and does not go on so.
Result<Section> parse_section(std::string_view name);

// Tells libbpf what programs in such sections are. Before load.
void set_program_types(bpf_object* object);

// Attaches a loaded program as its section says: to an interface, to an event on every CPU that is
// there (`cpu_count`: the possible ones), or as libbpf does it. The error's code is an errno, or
// parse_section()'s.
Result<std::vector<BpfLink>> attach_program(bpf_program* program, std::size_t cpu_count);

}  // namespace bpfpush
