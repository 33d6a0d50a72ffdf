#include "probe/probe.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"
#include "probe/exporter_source.hpp"
#include "probe/fingerprint.hpp"
#include "probe/libbpf_log.hpp"
#include "probe/map_source.hpp"
#include "probe/object_check.hpp"
#include "probe/program_condition.hpp"
#include "probe/rodata.hpp"

namespace bpfpush {
namespace {

std::string known_names(const std::vector<std::string>& names) {
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  return known.empty() ? "none" : known;
}

// What a message begins with.
std::string at(const std::string& where) {
  return where.empty() ? "" : where + ": ";
}

// One a line, under the code of the first.
Error all_of(const std::vector<Error>& faults) {
  Error all = faults.front();
  for (std::size_t i = 1; i < faults.size(); ++i) all.context += "\n" + faults[i].context;
  return all;
}

// Without CAP_SYS_ADMIN the kernel does not list the BTF of its modules, and libbpf before 1.3
// gives up on that. It does not look for modules when it is told where the kernel's BTF is.
const char* btf_path_to_insist_on() {
  std::uint32_t id = 0;
  const bool may_list = bpf_btf_get_next_id(0, &id) == 0 || errno != EPERM;
  return may_list ? nullptr : "/sys/kernel/btf/vmlinux";
}

std::vector<KeyField> fields_of(const std::vector<MetricMap>& metrics) {
  std::vector<KeyField> fields;
  for (const MetricMap& metric : metrics) {
    fields.insert(fields.end(), metric.key.fields.begin(), metric.key.fields.end());
  }
  return fields;
}

}  // namespace

void Probe::ObjectClose::operator()(bpf_object* object) const {
  bpf_object__close(object);
}

Result<Probe> Probe::open(const ProbeOptions& options) {
  Probe probe;
  probe.name_ = options.name;
  probe.bytes_.assign(options.object.begin(), options.object.end());
  probe.options_ = options;
  probe.options_.object = {};
  const Result<void> whole = check_object(probe.bytes_);
  if (!whole) {
    return Error(whole.error().code,
                 at(options.where) + "program " + options.name + ": " + whole.error().message());
  }
  const Result<void> opened = probe.open_object();
  if (!opened) return opened.error();
  return probe;
}

Result<void> Probe::open_object() {
  const LibbpfLog log;
  LIBBPF_OPTS(bpf_object_open_opts, open_options);
  open_options.object_name = name_.c_str();
  open_options.btf_custom_path = btf_path_to_insist_on();
  object_.reset(bpf_object__open_mem(bytes_.data(), bytes_.size(), &open_options));
  if (!object_) {
    return Error(Errc::kMalformed, at(options_.where) + "program " + name_ +
                                       " is no BPF object: " + libbpf_message(errno) +
                                       (log.text().empty() ? "" : ", " + log.reason()));
  }
  set_program_types(object_.get());
  const Result<void> laid_out = lay_out();
  return laid_out ? lay_out_exporter_metrics() : laid_out;
}

Result<void> Probe::lay_out() {
  metrics_.clear();
  std::vector<Error> faults;
  const auto add_fault = [&](const Error& error, const std::string& where, const std::string& of) {
    faults.emplace_back(error.code, at(where) + "program " + name_ + ": " + of + error.message());
  };
  Rodata rodata = Rodata::read(object_.get());
  const auto names = metric_names(object_.get(), rodata);
  for (const auto& [name, wanted] : options_.histograms) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const Error unknown(Errc::kNotFound,
                        "no metric \"" + name + "\"; there is " + known_names(names));
    add_fault(unknown, wanted.where, "");
  }
  for (const auto& [name, value] : options_.settings) {
    const Result<void> set = rodata.set(name, value);
    if (!set) add_fault(set.error(), options_.where, "");
  }
  for (const std::string& name : names) {
    const auto found = options_.histograms.find(name);
    const bool is_wanted = found != options_.histograms.end();
    const HistogramOptions wanted = is_wanted ? found->second : HistogramOptions{};
    auto metric = lay_out_metric(object_.get(), rodata, name, wanted);
    if (metric) {
      metrics_.push_back(std::move(*metric));
    } else {
      add_fault(metric.error(), is_wanted ? wanted.where : options_.where, "metric " + name + ": ");
    }
  }
  for (const Error& fault : set_filters(rodata, fields_of(metrics_), options_.filters)) {
    add_fault(fault, options_.where, "");
  }
  if (!faults.empty()) return all_of(faults);
  leave_out_by_settings(object_.get(), rodata);
  return rodata.store();
}

Result<void> Probe::lay_out_exporter_metrics() {
  exporter_maps_.clear();
  std::vector<Error> faults;
  for (const ExporterMetric& metric : options_.exporter_metrics) {
    const auto facts = map_facts(object_.get(), metric.name);
    auto map = facts ? lay_out_exporter_metric(metric, *facts) : facts.error();
    if (map) {
      exporter_maps_.push_back(std::move(*map));
    } else {
      faults.emplace_back(map.error().code,
                          at(metric.where) + "program " + name_ + ": " + map.error().message());
    }
  }
  if (!faults.empty()) return all_of(faults);
  return {};
}

std::unique_ptr<MetricSource> Probe::exporter_source(const ExporterMap& map) const {
  if (!map.perf_event_array) {
    return std::make_unique<ExporterSource>(map, map_fd(map.name), cpu_count_, counting_since_);
  }
  const auto counter =
      std::find_if(event_counters_.begin(), event_counters_.end(),
                   [&](const auto& candidate) { return candidate->map_name() == map.name; });
  CHECK(counter != event_counters_.end());
  // What begins again now and then has no one beginning.
  const bool flushes = (*counter)->flush_interval().count() > 0;
  return std::make_unique<EventSource>(**counter,
                                       flushes ? std::chrono::nanoseconds() : counting_since_);
}

std::unique_ptr<MetricSource> Probe::source(std::size_t index) const {
  if (index >= metrics_.size()) return exporter_source(exporter_maps_[index - metrics_.size()]);
  const MetricMap& metric = metrics_[index];
  const std::size_t copies = metric.is_per_cpu ? cpu_count_ : 1;
  const MapShape entries{metric.name, metric.key.key_size, metric.row_size(), copies};
  const MapShape overflow{overflow_map_name(metric.name), sizeof(std::uint32_t), metric.row_size(),
                          copies};
  // An entry of an array that was never counted in is no series, but a gauge may be 0, and so may
  // be what has no labels.
  const bool leaves_out_zeros =
      metric.is_array && metric.type != MetricType::kGauge && !metric.key.fields.empty();
  return std::make_unique<MapSource>(
      MapReader(map_fd(entries.name), entries), MapReader(map_fd(overflow.name), overflow),
      leaves_out_zeros ? ZeroRows::kLeftOut : ZeroRows::kKept, counting_since_);
}

std::string Probe::pin_name() const {
  return PinDirectory::name_of(name_, fingerprint_of(bytes_, object_.get(), options_.pinned_with));
}

Result<MapFacts> Probe::facts(const std::string& map) const {
  return map_facts(object_.get(), map);
}

int Probe::map_fd(const std::string& map) const {
  return bpf_object__find_map_fd_by_name(object_.get(), map.c_str());
}

int Probe::program_fd(const std::string& program) const {
  const bpf_program* found = bpf_object__find_program_by_name(object_.get(), program.c_str());
  return found == nullptr ? -1 : bpf_program__fd(found);
}

}  // namespace bpfpush
