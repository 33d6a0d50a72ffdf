// From an opened object to one that counts.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <utility>

#include "probe/libbpf_log.hpp"
#include "probe/map_reader.hpp"
#include "probe/probe.hpp"
#include "probe/program_failure.hpp"

namespace bpfpush {
namespace {

std::string not_loaded(const std::string& name, const std::string& reasons) {
  return "program " + name + " does not load on this kernel: " + reasons;
}

// Returns how many programs are left to be loaded.
std::size_t leave_out(bpf_object* object, const std::map<std::string, std::string>& names) {
  std::size_t left = 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (names.contains(bpf_program__name(program))) bpf_program__set_autoload(program, false);
    if (bpf_program__autoload(program)) ++left;
  }
  return left;
}

bool is_lru(const bpf_map* map) {
  const bpf_map_type type = bpf_map__type(map);
  return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// Part of what such an object has counted is with the agent alone: it begins anew as a whole.
std::string why_not_pinned(const bpf_object* object, const std::vector<MetricMap>& metrics,
                           const std::vector<ExporterMap>& exporter_maps) {
  std::vector<std::string> names;
  for (const MetricMap& metric : metrics) names.push_back(metric.name);
  for (const ExporterMap& map : exporter_maps) {
    if (map.perf_event_array) return "the records of " + map.name + " are counted by the agent";
    names.push_back(map.name);
  }
  for (const std::string& name : names) {
    const bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
    if (!is_lru(map)) continue;
    return "what the LRU map " + name + " evicts is kept by the agent";
  }
  return "";
}

// When the kernel took the first of an object's programs, on the boot-time clock.
std::chrono::nanoseconds first_load_time(const bpf_object* object) {
  std::chrono::nanoseconds first{};
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    const int fd = bpf_program__fd(program);
    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) != 0) continue;
    const auto loaded = std::chrono::nanoseconds(static_cast<std::int64_t>(info.load_time));
    if (first.count() == 0 || loaded < first) first = loaded;
  }
  return first;
}

}  // namespace

Result<void> Probe::load(const PinDirectory* pins) {
  const auto cpus = possible_cpu_count();
  if (!cpus) return cpus.error();
  cpu_count_ = *cpus;
  if (pins != nullptr) find_pins(*pins);
  const Result<void> loaded = load_what_loads();
  if (loaded) {
    counting_since_ = first_load_time(object_.get());
    pin_what_is_loaded();
    open_event_counters();
  }
  attach();
  if (!loaded) return loaded.error();
  pin_links();
  bytes_ = {};
  return {};
}

void Probe::find_pins(const PinDirectory& pins) {
  pin_problem_ = why_not_pinned(object_.get(), metrics_, exporter_maps_);
  if (!pin_problem_.empty()) return;
  pinned_.emplace(pins.object(pin_name()));
  pin_state_ = pinned_->exists() ? PinState::kAdopted : PinState::kNew;
}

// A load stops at the first program that fails, and libbpf does not load an object twice: without
// that program it is opened again, until it loads.
Result<void> Probe::load_what_loads() {
  for (;;) {
    Result<void> adopted = adopt_pins();
    if (!adopted) return adopted;
    {
      const LibbpfLog log;
      const int error = -bpf_object__load(object_.get());
      if (error == 0) return {};
      const bpf_program* failed = find_failed_program(object_.get(), log);
      if (failed == nullptr || left_out_.contains(bpf_program__name(failed))) {
        return Error(Errc::kUnsupported, not_loaded(name_, describe_failure(error, log)));
      }
      left_out_[bpf_program__name(failed)] = why_not_loaded(failed, error, log);
    }
    const Result<void> opened = open_object();
    if (!opened) return opened.error();
    if (leave_out(object_.get(), left_out_) == 0 && pin_state_ != PinState::kAdopted) {
      std::string reasons;
      for (const auto& [program, reason] : left_out_) {
        reasons += (reasons.empty() ? "" : "; ") + program + " " + reason;
      }
      return Error(Errc::kUnsupported, not_loaded(name_, reasons));
    }
  }
}

// Where some of what was pinned is gone, the rest of it is of no use.
Result<void> Probe::adopt_pins() {
  if (pin_state_ != PinState::kAdopted) return {};
  const Result<void> adopted = pinned_->adopt(object_.get());
  if (adopted) return {};
  pin_problem_ = "what was pinned is not whole: " + adopted.error().message();
  pin_state_ = PinState::kNew;
  Result<void> removed = pinned_->remove();
  if (!removed) return removed;
  Result<void> opened = open_object();
  if (opened) leave_out(object_.get(), left_out_);
  return opened;
}

void Probe::pin_what_is_loaded() {
  if (pin_state_ == PinState::kAdopted) {
    counting_since_ = pinned_->parts().counting_since;
  } else if (pinned_) {
    const Result<void> pinned = pinned_->pin(object_.get());
    if (!pinned) do_without_pins(pinned.error());
  }
}

void Probe::do_without_pins(const Error& reason) {
  pin_problem_ = reason.message();
  pin_state_ = PinState::kNone;
  (void)pinned_->remove();
  pinned_.reset();
}

void Probe::attach() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    const char* name = bpf_program__name(program);
    if (const auto left_out = left_out_.find(name); left_out != left_out_.end()) {
      programs_.push_back({name, false, left_out->second});
      continue;
    }
    if (pinned_ && pinned_->has_links(name)) {
      programs_.push_back({name, true, ""});
      continue;
    }
    // Programs that someone else runs (SEC("syscall"), by test_run) are not attached to anything,
    // nor are those that did not load because the object says so (SEC("?...")) or failed whole.
    if (bpf_program__type(program) == BPF_PROG_TYPE_SYSCALL) continue;
    if (bpf_program__fd(program) < 0) continue;
    if (pinned_) pinned_->drop_links(name);
    const LibbpfLog log;
    auto links = attach_program(program, cpu_count_);
    if (links) {
      programs_.push_back({name, true, ""});
      links_[name] = std::move(*links);
    } else {
      programs_.push_back({name, false, why_not_attached(program, links.error(), log)});
    }
  }
}

// All of them or none: what of an object begins anew begins with it as a whole. But a program that
// was added to an adopted object costs no more than itself.
void Probe::pin_links() {
  if (!pinned_) return;
  std::vector<std::string> pinned;
  for (const auto& [program, links] : links_) {
    const Result<void> done = pinned_->pin_links(program, links);
    if (done) {
      pinned.push_back(program);
    } else if (pin_state_ == PinState::kNew) {
      return do_without_pins(done.error());
    } else {
      pin_problem_ = done.error().message();
    }
  }
  for (const std::string& program : pinned) {
    let_go(links_[program]);
    links_.erase(program);
  }
}

void Probe::open_event_counters() {
  for (const ExporterMap& map : exporter_maps_) {
    if (!map.perf_event_array) continue;
    event_counters_.push_back(std::make_unique<EventCounter>(map, map_fd(map.name)));
  }
}

}  // namespace bpfpush
