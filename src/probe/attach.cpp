#include "probe/attach.hpp"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace bpfpush {
namespace {

constexpr std::string_view kXdp = "xdp/";
constexpr std::string_view kPerfEvent = "perf_event/";

// Takes "KEY=NUMBER" and a comma, if one follows, off `rest`.
template <typename Number>
bool take_field(std::string_view& rest, std::string_view key, Number& number) {
  if (!rest.starts_with(key) || !rest.substr(key.size()).starts_with('=')) return false;
  rest.remove_prefix(key.size() + 1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (rest.starts_with(',')) rest.remove_prefix(1);
  return true;
}

Result<Section> parse_perf_event(std::string_view fields) {
  PerfEventSection event;
  std::string_view rest = fields;
  const bool whole = take_field(rest, "type", event.type) &&
                     take_field(rest, "config", event.config) &&
                     take_field(rest, "frequency", event.frequency) && rest.empty();
  if (whole && event.frequency > 0) return Section(event);
  return Error(Errc::kMalformed, "its section is not perf_event/type=T,config=C,frequency=F");
}

Result<std::vector<BpfLink>> attach_xdp(bpf_program* program, const XdpSection& section) {
  const unsigned index = if_nametoindex(section.interface.c_str());
  if (index == 0) return last_system_error("interface " + section.interface);
  std::vector<BpfLink> links;
  links.emplace_back(bpf_program__attach_xdp(program, static_cast<int>(index)));
  if (!links.front()) return last_system_error("interface " + section.interface);
  return links;
}

int open_perf_event(const PerfEventSection& section, std::size_t cpu) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = section.type;
  attributes.config = section.config;
  attributes.freq = 1;
  attributes.sample_freq = section.frequency;
  const long fd = syscall(SYS_perf_event_open, &attributes, -1, static_cast<int>(cpu), -1,
                          PERF_FLAG_FD_CLOEXEC);
  return static_cast<int>(fd);
}

Result<std::vector<BpfLink>> attach_perf_event(bpf_program* program,
                                               const PerfEventSection& section,
                                               std::size_t cpu_count) {
  std::vector<BpfLink> links;
  for (std::size_t cpu = 0; cpu < cpu_count; ++cpu) {
    const int fd = open_perf_event(section, cpu);
    if (fd < 0 && errno == ENODEV) continue;  // a possible CPU that is not there
    if (fd < 0) return last_system_error("perf event on CPU " + std::to_string(cpu));
    BpfLink link(bpf_program__attach_perf_event(program, fd));  // from here on the event's owner
    if (!link) {
      const int error = errno;
      close(fd);
      return system_error(error, "perf event on CPU " + std::to_string(cpu));
    }
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace

void BpfLinkDestroy::operator()(bpf_link* link) const {
  bpf_link__destroy(link);
}

Result<Section> parse_section(std::string_view name) {
  if (name.starts_with(kPerfEvent)) return parse_perf_event(name.substr(kPerfEvent.size()));
  if (!name.starts_with(kXdp)) return Section(OtherSection{});
  const std::string interface(name.substr(kXdp.size()));
  if (interface.empty()) return Error(Errc::kMalformed, "its section is not xdp/INTERFACE");
  if (interface == "devmap" || interface == "cpumap") return Section(OtherSection{});
  return Section(XdpSection{interface});
}

void set_program_types(bpf_object* object) {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__type(program) != BPF_PROG_TYPE_UNSPEC) continue;  // libbpf knows it
    const std::string_view section = bpf_program__section_name(program);
    if (section.starts_with(kXdp)) {
      bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
      bpf_program__set_expected_attach_type(program, BPF_XDP);
    } else if (section.starts_with(kPerfEvent)) {
      bpf_program__set_type(program, BPF_PROG_TYPE_PERF_EVENT);
    }
  }
}

Result<std::vector<BpfLink>> attach_program(bpf_program* program, std::size_t cpu_count) {
  const auto section = parse_section(bpf_program__section_name(program));
  if (!section) return section.error();
  if (const auto* xdp = std::get_if<XdpSection>(&*section)) return attach_xdp(program, *xdp);
  if (const auto* event = std::get_if<PerfEventSection>(&*section)) {
    return attach_perf_event(program, *event, cpu_count);
  }
  std::vector<BpfLink> links;
  links.emplace_back(bpf_program__attach(program));
  if (!links.front()) return last_system_error("");
  return links;
}

}  // namespace bpfpush
