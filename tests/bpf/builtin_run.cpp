#include "builtin_run.hpp"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "agent/programs.hpp"
#include "probe/builtin.hpp"
#include "test_object.hpp"

namespace bpfpush {

BuiltinRun::BuiltinRun(const std::string& name,
                       const std::map<std::string, std::string>& settings) {
  ProbeOptions options;
  options.name = name;
  options.object = find_builtin_program(name)->object;
  options.settings = settings;
  collector_.add(Probe::open(options).value()).value();
  load();
}

BuiltinRun::BuiltinRun(const ProgramConfig& program) {
  Config config;
  config.programs = {program};
  open_programs(config, filesystem_, collector_).value();
  load();
}

void BuiltinRun::load() {
  collector_.load();
  for (const ProgramState& program : collector_.programs()) {
    const bool is_lacking = program.status.reason.find("kernel has no") != std::string::npos;
    EXPECT_TRUE(program.status.attached || is_lacking)
        << program.status.name << ": " << program.status.reason;
  }
}

bool BuiltinRun::has_program(const std::string& name) const {
  const auto& programs = collector_.programs();
  return std::any_of(programs.begin(), programs.end(),
                     [&](const ProgramState& program) { return program.status.name == name; });
}

std::map<std::string, std::vector<std::uint64_t>> BuiltinRun::rows(const std::string& family) {
  std::vector<FamilySnapshot> families;
  collector_.collect(families);
  std::map<std::string, std::vector<std::uint64_t>> by_labels;
  for (const FamilySnapshot& snapshot : families) {
    if (snapshot.family->name != "_" + family) continue;
    for (std::size_t i = 0; i < snapshot.series.size(); ++i) {
      std::string labels;
      for (const std::string& value : snapshot.series[i]->label_values) {
        labels += (labels.empty() ? "" : ",") + value;
      }
      by_labels[labels].assign(snapshot.row(i).begin(), snapshot.row(i).end());
    }
  }
  return by_labels;
}

std::map<std::string, BuiltinRun::Totals> BuiltinRun::totals(const std::string& family) {
  std::map<std::string, Totals> totals;
  for (const auto& [labels, row] : rows(family)) totals[labels] = {observation_count(row), row[0]};
  return totals;
}

std::map<std::string, std::uint64_t> BuiltinRun::counts(const std::string& family) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [labels, total] : totals(family)) counts[labels] = total.count;
  return counts;
}

std::map<std::string, std::uint64_t> BuiltinRun::values(const std::string& family) {
  std::map<std::string, std::uint64_t> values;
  for (const auto& [labels, row] : rows(family)) values[labels] = row[0];
  return values;
}

TracepointCounter::TracepointCounter(const std::string& tracepoint, By by) {
  const auto bytes = test_object("tracepoint_count");
  object_.reset(bpf_object__open_mem(bytes.data(), bytes.size(), nullptr));
  EXPECT_EQ(bpf_object__load(object_.get()), 0);
  constexpr const char* kPrograms[] = {"count_all", "count_by_first", "count_by_second_and_third"};
  bpf_program* program =
      bpf_object__find_program_by_name(object_.get(), kPrograms[static_cast<std::size_t>(by)]);
  link_.reset(bpf_program__attach_raw_tracepoint(program, tracepoint.c_str()));
  EXPECT_NE(link_, nullptr) << tracepoint;
}

std::map<std::uint64_t, std::uint64_t> TracepointCounter::counts() const {
  const int map = bpf_object__find_map_fd_by_name(object_.get(), "counts");
  std::map<std::uint64_t, std::uint64_t> counts;
  std::uint64_t key = 0, next = 0, value = 0;
  const std::uint64_t* last = nullptr;  // nothing is ever deleted, so the walk is whole
  while (bpf_map_get_next_key(map, last, &next) == 0) {
    if (bpf_map_lookup_elem(map, &next, &value) == 0) counts[next] = value;
    key = next;
    last = &key;
  }
  return counts;
}

Bracket::Bracket(Read ours, Read theirs, std::uint64_t in_flight)
    : ours_(std::move(ours)), theirs_(std::move(theirs)), in_flight_(in_flight), start_(read()) {}

Bracket::Reading Bracket::read() const {
  Reading reading;
  reading.before = theirs_();
  reading.ours = ours_();
  reading.after = theirs_();
  return reading;
}

void Bracket::expect_equal() {
  Reading end = read();
  std::set<std::string> labels;
  for (const Counts& counts : {end.ours, end.after}) {
    for (const auto& [label, count] : counts) labels.insert(label);
  }
  for (const std::string& label : labels) {
    const std::uint64_t ours = end.ours[label] - start_.ours[label];
    const std::uint64_t most = end.after[label] - start_.before[label] + in_flight_;
    const auto least =
        static_cast<std::int64_t>(end.before[label] - start_.after[label] - in_flight_);
    EXPECT_LE(ours, most) << label;
    EXPECT_GE(static_cast<std::int64_t>(ours), least) << label;
  }
}

}  // namespace bpfpush
