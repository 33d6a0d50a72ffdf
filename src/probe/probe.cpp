#include "probe/probe.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

#include "probe/libbpf_log.hpp"
#include "probe/map_source.hpp"
#include "probe/rodata.hpp"

namespace bpfpush {
namespace {

std::string known_names(const std::vector<std::string>& names) {
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  return known.empty() ? "none" : known;
}

// "Operation not permitted (errno 1)", and what libbpf complained of, if it did.
std::string describe(int error, const LibbpfLog& log) {
  std::string text = libbpf_message(error) + " (errno " + std::to_string(error) + ")";
  if (const std::string reason = log.reason(); !reason.empty()) text += ", " + reason;
  return text;
}

std::string load_failure(const std::string& name, int error, const LibbpfLog& log) {
  std::string text = "program " + name + " does not load on this kernel: " + describe(error, log);
  if (error == EPERM || error == EACCES) {
    text += "; it needs root, or the capabilities CAP_BPF and CAP_PERFMON";
  }
  return text;
}

// Without CAP_SYS_ADMIN the kernel does not list the BTF of its modules, and libbpf before 1.3
// gives up on that. It does not look for modules when it is told where the kernel's BTF is.
const char* btf_path_to_insist_on() {
  std::uint32_t id = 0;
  const bool may_list = bpf_btf_get_next_id(0, &id) == 0 || errno != EPERM;
  return may_list ? nullptr : "/sys/kernel/btf/vmlinux";
}

}  // namespace

void Probe::ObjectClose::operator()(bpf_object* object) const {
  bpf_object__close(object);
}
void Probe::LinkDestroy::operator()(bpf_link* link) const {
  bpf_link__destroy(link);
}

Result<Probe> Probe::open(const ProbeOptions& options) {
  const LibbpfLog log;
  Probe probe;
  probe.name_ = options.name;
  LIBBPF_OPTS(bpf_object_open_opts, open_options);
  open_options.object_name = options.name.c_str();
  open_options.btf_custom_path = btf_path_to_insist_on();
  probe.object_.reset(
      bpf_object__open_mem(options.object.data(), options.object.size(), &open_options));
  if (!probe.object_) {
    return Error(Errc::kMalformed, "program " + options.name +
                                       " is no BPF object: " + libbpf_message(errno) +
                                       (log.text().empty() ? "" : ", " + log.reason()));
  }
  const Result<void> laid_out = probe.lay_out(options);
  if (!laid_out) {
    return Error(laid_out.error().code,
                 "program " + options.name + ": " + laid_out.error().message());
  }
  return probe;
}

Result<void> Probe::lay_out(const ProbeOptions& options) {
  Rodata rodata = Rodata::read(object_.get());
  const auto names = histogram_names(rodata);
  for (const auto& [name, wanted] : options.histograms) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Error(Errc::kNotFound,
                   "no histogram \"" + name + "\"; there is " + known_names(names));
    }
  }
  for (const auto& [name, value] : options.settings) {
    const Result<void> set = rodata.set(name, value);
    if (!set) return set;
  }
  for (const std::string& name : names) {
    const auto wanted = options.histograms.find(name);
    auto histogram =
        lay_out_histogram(object_.get(), rodata, name,
                          wanted == options.histograms.end() ? HistogramOptions{} : wanted->second);
    if (!histogram) {
      return Error(histogram.error().code,
                   "histogram " + name + ": " + histogram.error().message());
    }
    metrics_.push_back(std::move(*histogram));
  }
  return rodata.store();
}

Result<void> Probe::load() {
  const auto cpus = possible_cpu_count();
  if (!cpus) return cpus.error();
  {
    const LibbpfLog log;
    const int error = -bpf_object__load(object_.get());
    if (error != 0) {
      return Error(Errc::kUnsupported, load_failure(name_, error, log));
    }
  }
  cpu_count_ = *cpus;
  attach();
  return {};
}

void Probe::attach() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    // Programs that someone else runs (SEC("syscall"), by test_run) are not attached to anything.
    if (bpf_program__type(program) == BPF_PROG_TYPE_SYSCALL) continue;
    const LibbpfLog log;
    ProgramStatus status{bpf_program__name(program), true, ""};
    std::unique_ptr<bpf_link, LinkDestroy> link(bpf_program__attach(program));
    if (!link) {
      status.attached = false;
      status.reason = describe(errno, log);
    }
    links_.push_back(std::move(link));
    programs_.push_back(std::move(status));
  }
}

std::unique_ptr<MetricSource> Probe::source(std::size_t index) const {
  const MetricMap& metric = metrics_[index];
  const MapShape entries{metric.name, metric.key.key_size, metric.row_size(), cpu_count_};
  const MapShape overflow{overflow_map_name(metric.name), sizeof(std::uint32_t), metric.row_size(),
                          cpu_count_};
  return std::make_unique<MapSource>(MapReader(map_fd(entries.name), entries),
                                     MapReader(map_fd(overflow.name), overflow));
}

int Probe::map_fd(const std::string& map) const {
  return bpf_object__find_map_fd_by_name(object_.get(), map.c_str());
}

int Probe::program_fd(const std::string& program) const {
  const bpf_program* found = bpf_object__find_program_by_name(object_.get(), program.c_str());
  return found == nullptr ? -1 : bpf_program__fd(found);
}

}  // namespace bpfpush
