#include "agent/self_metrics.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace bpfpush {
namespace {

constexpr double kNanoseconds = 1e9;   // a divisor: nanoseconds shown as seconds
constexpr double kMilliseconds = 1e3;  // milliseconds shown as seconds

struct Definition {
  const char* name;
  MetricType type;
  std::vector<std::string> label_names;
  const char* help;
  const char* unit = "";
  double divisor = 1;
};

const std::vector<Definition>& definitions() {
  constexpr auto kCounter = MetricType::kCounter;
  constexpr auto kGauge = MetricType::kGauge;
  static const std::vector<Definition> all = {
      {"bpfpush_up",
       kGauge,
       {},
       "1 while the agent runs: the push's counterpart of a scrape's up."},
      {"bpfpush_build_info", kGauge, {"version"}, "1, labelled with the agent's version."},
      {"bpfpush_start_time_seconds",
       kGauge,
       {},
       "When the agent started, as a Unix time.",
       "seconds",
       kMilliseconds},
      {"bpfpush_agent_snapshots_total", kCounter, {}, "Snapshots taken."},
      {"bpfpush_agent_collect_seconds_total",
       kCounter,
       {},
       "Time spent reading maps and making snapshots.",
       "seconds",
       kNanoseconds},
      {"bpfpush_program_attached",
       kGauge,
       {"object", "program"},
       "1 if the BPF program is attached, 0 if it could not be (the log and `bpfpush list` say "
       "why)."},
      {"bpfpush_object_adopted",
       kGauge,
       {"object"},
       "1 if the maps and programs of the object are those of an earlier run of the agent, and "
       "count on, 0 if they are new; with `pin` only."},
      {"bpfpush_map_entries", kGauge, {"object", "map"}, "Label sets in the BPF map."},
      {"bpfpush_map_capacity", kGauge, {"object", "map"}, "Label sets the BPF map has room for."},
      {"bpfpush_map_overflow_total",
       kCounter,
       {"object", "map"},
       "Observations that found no room in the BPF map and were counted under the labels `other`."},
      {"bpfpush_map_read_errors_total",
       kCounter,
       {"object", "map"},
       "Reads of the BPF map that failed, leaving its metric out of a snapshot."},
      {"bpfpush_labels_invalid_utf8_total",
       kCounter,
       {},
       "Label values that were not UTF-8, their wrong bytes replaced by U+FFFD, counted when their "
       "series appears."},
      {"bpfpush_map_lost_records_total",
       kCounter,
       {"object", "map"},
       "Records of the perf_event_array that the kernel had no room for."},
      {"bpfpush_sender_requests_total",
       kCounter,
       {"endpoint", "outcome"},
       "Requests by outcome: delivered, rejected for good and dropped, failed and to be retried, "
       "held until credentials or url are put right, or too large and split."},
      {"bpfpush_sender_samples_total",
       kCounter,
       {"endpoint", "outcome"},
       "Samples delivered, rejected for good, or unwritten: left out of a request that was taken."},
      {"bpfpush_sender_rejected_samples_total",
       kCounter,
       {"endpoint", "reason"},
       "Samples rejected, by reason: out_of_order, duplicate, too_old, too_new, too_large, "
       "server_error, denied, other."},
      {"bpfpush_sender_snapshots_total",
       kCounter,
       {"endpoint", "outcome"},
       "Snapshots by outcome: delivered, rejected at least in part, skipped because newer ones "
       "were "
       "refused as too old, or passed_over for a newer one as max_bytes_per_day asks for."},
      {"bpfpush_sender_held",
       kGauge,
       {"endpoint"},
       "1 while nothing can be sent until credentials, url or this host's date are put right."},
      {"bpfpush_sender_sent_bytes_total",
       kCounter,
       {"endpoint"},
       "Bytes of request bodies sent, retries included.",
       "bytes"},
      {"bpfpush_sender_link_bytes_total",
       kCounter,
       {"endpoint"},
       "Bytes of the link that requests took, estimated: bodies, headers, packets, handshakes.",
       "bytes"},
      {"bpfpush_sender_push_interval_seconds",
       kGauge,
       {"endpoint"},
       "How far apart pushes are: the push interval, or longer where max_bytes_per_day asks for "
       "it.",
       "seconds",
       kNanoseconds},
      {"bpfpush_sender_unsent_series",
       kGauge,
       {"endpoint", "reason"},
       "Series of the last snapshot that were not sent: dropped by a rule, duplicate, conflict "
       "(the "
       "name of another type or bounds), invalid_name, too_many_labels."},
      {"bpfpush_sender_cut_label_values",
       kGauge,
       {"endpoint"},
       "Label values of the last snapshot that were cut, as they were longer than the limit."},
      {"bpfpush_sender_last_success_timestamp_seconds",
       kGauge,
       {"endpoint"},
       "When a request was last delivered, as a Unix time.",
       "seconds",
       kMilliseconds},
      {"bpfpush_spool_pending_snapshots",
       kGauge,
       {"endpoint"},
       "Snapshots not yet delivered to the endpoint."},
      {"bpfpush_spool_pending_bytes",
       kGauge,
       {"endpoint"},
       "Bytes of snapshots not yet delivered to the endpoint.",
       "bytes"},
      {"bpfpush_spool_evicted_snapshots_total",
       kCounter,
       {"endpoint"},
       "Snapshots dropped undelivered because the spool was full."},
      {"bpfpush_spool_thinned_snapshots_total",
       kCounter,
       {"endpoint"},
       "Snapshots left out between two others because the spool was nearly full; no observation is "
       "lost."},
      {"bpfpush_spool_damaged_snapshots_total",
       kCounter,
       {"endpoint"},
       "Snapshots that could not be read back from the disk."},
      {"bpfpush_spool_disk_bytes", kGauge, {}, "Bytes of the disk that the spool takes.", "bytes"},
      {"bpfpush_spool_disk_failing",
       kGauge,
       {},
       "1 while the spool's disk cannot be used and snapshots are kept in memory."},
      {"bpfpush_spool_disk_errors_total",
       kCounter,
       {},
       "Operations of the spool's disk that failed."},
  };
  return all;
}

std::shared_ptr<const Family> to_family(const Definition& definition) {
  Family family;
  family.name = definition.name;
  family.help = definition.help;
  family.unit = definition.unit;
  family.type = definition.type;
  family.label_names = definition.label_names;
  family.divisor = definition.divisor;
  return std::make_shared<const Family>(std::move(family));
}

std::uint64_t unix_milliseconds(WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

SelfMetrics::SelfMetrics() {
  for (const Definition& definition : definitions()) {
    auto family = to_family(definition);
    metrics_.push_back({family, {}, {family, {}, {}}});
  }
}

void SelfMetrics::collect(const AgentCounters& agent, const Collector& collector,
                          const std::vector<EndpointState>& endpoints,
                          std::vector<FamilySnapshot>& families) {
  set_agent(agent);
  set_collector(collector);
  for (const EndpointState& endpoint : endpoints) set_endpoint(endpoint);
  for (Metric& metric : metrics_) {
    if (metric.family->type != MetricType::kGauge) {
      metric.now.counting_since = agent.started_since_boot.time_since_epoch();
    }
    families.push_back(std::move(metric.now));
    metric.now = {metric.family, {}, {}};
  }
}

std::vector<std::shared_ptr<const Family>> SelfMetrics::families() const {
  std::vector<std::shared_ptr<const Family>> all;
  for (const Metric& metric : metrics_) all.push_back(metric.family);
  return all;
}

void SelfMetrics::set_agent(const AgentCounters& agent) {
  set("bpfpush_up", {}, 1);
  set("bpfpush_build_info", {BPFPUSH_VERSION}, 1);
  set("bpfpush_start_time_seconds", {}, unix_milliseconds(agent.started));
  set("bpfpush_agent_snapshots_total", {}, agent.snapshots);
  set("bpfpush_agent_collect_seconds_total", {},
      static_cast<std::uint64_t>(agent.collect_time.count()));
  if (!agent.disk) return;
  set("bpfpush_spool_disk_bytes", {}, agent.disk->bytes);
  set("bpfpush_spool_disk_failing", {}, agent.disk->failing ? 1 : 0);
  set("bpfpush_spool_disk_errors_total", {}, agent.disk->errors);
}

void SelfMetrics::set_collector(const Collector& collector) {
  for (const ProgramState& program : collector.programs()) {
    set("bpfpush_program_attached", {program.object, program.status.name},
        program.status.attached ? 1 : 0);
  }
  for (const PinnedState& pinned : collector.pinned()) {
    set("bpfpush_object_adopted", {pinned.object}, pinned.adopted ? 1 : 0);
  }
  for (const MapState& map : collector.maps()) {
    const std::vector<std::string> labels = {map.object, map.map};
    set("bpfpush_map_entries", labels, map.entries);
    set("bpfpush_map_capacity", labels, map.capacity);
    set("bpfpush_map_overflow_total", labels, map.overflowed);
    set("bpfpush_map_read_errors_total", labels, map.read_errors);
    if (map.lost_records) set("bpfpush_map_lost_records_total", labels, *map.lost_records);
  }
  set("bpfpush_labels_invalid_utf8_total", {}, collector.invalid_utf8());
}

void SelfMetrics::set_endpoint(const EndpointState& endpoint) {
  const SenderCounters& counters = endpoint.counters;
  const auto set_requests = [&](const char* outcome, std::uint64_t value) {
    set("bpfpush_sender_requests_total", {endpoint.name, outcome}, value);
  };
  set_requests("delivered", counters.requests_delivered);
  set_requests("rejected", counters.requests_rejected);
  set_requests("retried", counters.requests_retried);
  set_requests("held", counters.requests_held);
  set_requests("split", counters.requests_split);
  set("bpfpush_sender_samples_total", {endpoint.name, "delivered"}, counters.samples_delivered);
  set("bpfpush_sender_samples_total", {endpoint.name, "rejected"}, counters.all_samples_rejected());
  set("bpfpush_sender_samples_total", {endpoint.name, "unwritten"}, counters.samples_unwritten);
  for (std::size_t i = 0; i < kRefusals; ++i) {
    set("bpfpush_sender_rejected_samples_total", {endpoint.name, name_of(Refusal(i))},
        counters.samples_rejected[i]);
  }
  const auto set_snapshots = [&](const char* outcome, std::uint64_t value) {
    set("bpfpush_sender_snapshots_total", {endpoint.name, outcome}, value);
  };
  set_snapshots("delivered", counters.snapshots_delivered);
  set_snapshots("rejected", counters.snapshots_rejected);
  set_snapshots("skipped", counters.snapshots_skipped);
  set_snapshots("passed_over", counters.snapshots_passed_over);
  set("bpfpush_sender_link_bytes_total", {endpoint.name}, counters.link_bytes);
  set("bpfpush_sender_push_interval_seconds", {endpoint.name},
      static_cast<std::uint64_t>(endpoint.push_interval.count()));
  for (std::size_t i = 0; i < kUnsentReasons; ++i) {
    set("bpfpush_sender_unsent_series", {endpoint.name, name_of(Unsent(i))},
        endpoint.rules.unsent[i]);
  }
  set("bpfpush_sender_cut_label_values", {endpoint.name}, endpoint.rules.cut_values);
  set("bpfpush_sender_held", {endpoint.name}, counters.held ? 1 : 0);
  set("bpfpush_sender_sent_bytes_total", {endpoint.name}, counters.bytes_sent);
  if (counters.last_success) {
    set("bpfpush_sender_last_success_timestamp_seconds", {endpoint.name},
        unix_milliseconds(*counters.last_success));
  }
  set("bpfpush_spool_pending_snapshots", {endpoint.name}, endpoint.backlog.pending_snapshots);
  set("bpfpush_spool_pending_bytes", {endpoint.name}, endpoint.backlog.pending_bytes);
  set("bpfpush_spool_evicted_snapshots_total", {endpoint.name}, endpoint.backlog.evicted_snapshots);
  set("bpfpush_spool_thinned_snapshots_total", {endpoint.name}, endpoint.backlog.thinned_snapshots);
  set("bpfpush_spool_damaged_snapshots_total", {endpoint.name}, endpoint.backlog.damaged_snapshots);
}

void SelfMetrics::set(const std::string& name, std::vector<std::string> label_values,
                      std::uint64_t value) {
  const auto metric = std::find_if(metrics_.begin(), metrics_.end(), [&](const Metric& candidate) {
    return candidate.family->name == name;
  });
  CHECK(metric != metrics_.end());
  CHECK(metric->family->label_names.size() == label_values.size());
  auto& series = metric->series[label_values];
  if (!series) series = std::make_shared<const Series>(Series{std::move(label_values)});
  metric->now.append(series)[0] = value;
}

}  // namespace bpfpush
