#include "spool/random_host.hpp"

#include <cmath>
#include <set>
#include <utility>

namespace bpfpush {
namespace {

std::shared_ptr<const Family> make_family(std::string name, MetricType type, std::size_t bounds) {
  Family family;
  family.name = std::move(name);
  family.help = "What this test counts.";
  family.type = type;
  family.label_names = {"device", "operation"};
  for (std::size_t i = 0; i < bounds; ++i) {
    family.bounds.push_back(std::ldexp(1.0, static_cast<int>(i)));
  }
  return std::make_shared<const Family>(std::move(family));
}

std::shared_ptr<const Series> make_series(std::size_t i) {
  return std::make_shared<const Series>(Series{{"disk" + std::to_string(i), i % 2 ? "write" : ""}});
}

}  // namespace

std::string series_name(const FamilySnapshot& family, std::size_t i) {
  std::string name = family.family->name + "{";
  for (const std::string& value : family.series[i]->label_values) name += value + ",";
  return name + "}";
}

Contents contents(const Snapshot& snapshot) {
  Contents all;
  for (const FamilySnapshot& family : snapshot.families) {
    all[family.family->name] = {};
    for (std::size_t i = 0; i < family.series.size(); ++i) {
      const auto row = family.row(i);
      all[series_name(family, i)] = {row.begin(), row.end()};
    }
  }
  return all;
}

std::map<std::string, std::chrono::nanoseconds> starts(const Snapshot& snapshot) {
  std::map<std::string, std::chrono::nanoseconds> all;
  for (const FamilySnapshot& family : snapshot.families) {
    if (family.counting_since.count() != 0) all[family.family->name] = family.counting_since;
  }
  return all;
}

RandomHost::RandomHost(unsigned seed, Options options) : options_(options), random_(seed) {
  constexpr std::size_t kBounds[] = {0, 1, 6, 7, 8, 30, 300};
  for (std::size_t i = 0, count = 1 + below(5); i < count; ++i) {
    const auto type = static_cast<MetricType>(below(3));
    const std::size_t bounds = type == MetricType::kHistogram ? kBounds[below(7)] : 0;
    Group group{make_family("family" + std::to_string(i), type, bounds), {}, {}};
    for (std::size_t j = 0, members = below(12); j < members; ++j) {
      group.members.push_back(
          {make_series(j), std::vector<std::uint64_t>(group.family->row_size()), chance(0.7)});
    }
    groups_.push_back(std::move(group));
  }
  for (std::uint8_t& byte : instant_.boot_id) byte = static_cast<std::uint8_t>(below(256));
  instant_.wall += std::chrono::milliseconds(1'700'000'000'000);
}

StoredSnapshot RandomHost::next(bool gaps) {
  auto snapshot = std::make_shared<Snapshot>();
  instant_.since_boot += std::chrono::seconds(15) + std::chrono::nanoseconds(below(3'000'000));
  instant_.wall += std::chrono::milliseconds(15'000 + below(3));
  if (chance(0.05)) instant_.wall -= std::chrono::hours(below(100'000));
  if (chance(0.05)) instant_.synchronized = !instant_.synchronized;
  if (chance(0.02)) instant_.boot_id[0] ^= 1;
  snapshot->instant = instant_;
  for (Group& group : groups_) {
    if (chance(options_.come_or_go)) continue;  // its map could not be read
    if (chance(options_.come_or_go)) {
      group.counting_since = std::chrono::nanoseconds(chance(0.3) ? 0 : below(1u << 30));
    }
    FamilySnapshot family{group.family, {}, {}, group.counting_since};
    for (Member& member : group.members) {
      if (chance(options_.come_or_go)) member.present = !member.present;
      if (!member.present) continue;
      grow(group.family->type, member);
      const auto row = family.append(member.series);
      std::copy(member.row.begin(), member.row.end(), row.begin());
    }
    snapshot->families.push_back(std::move(family));
  }
  const std::uint64_t id = next_id_ + (gaps ? below(1'000) : 0);
  next_id_ = id + 1;
  return {id, chance(0.1), std::move(snapshot)};
}

std::uint64_t RandomHost::amount() {
  return random_() >> (64 - options_.value_bits_max + below(options_.value_bits_max));
}

void RandomHost::grow(MetricType type, Member& member) {
  if (chance(options_.restart)) member.row.assign(member.row.size(), 0);
  if (chance(0.5)) return;
  for (std::uint64_t& value : member.row) {
    if (type == MetricType::kGauge) {
      value = chance(0.5) ? 0 - amount() : amount();
    } else if (chance(0.3)) {
      value += amount();
    }
  }
}

BusyHost::BusyHost(std::size_t histograms) {
  FamilySnapshot family{make_family("latency", MetricType::kHistogram, 29), {}, {}};
  for (std::size_t i = 0; i < histograms; ++i) family.append(make_series(i));
  now_.families.push_back(std::move(family));
}

StoredSnapshot BusyHost::next() {
  now_.instant.since_boot +=
      std::chrono::seconds(15) + std::chrono::nanoseconds(random_() % 100'000);
  now_.instant.wall += std::chrono::seconds(15);
  FamilySnapshot& family = now_.families[0];
  for (std::size_t i = 0; i < family.series.size(); ++i) {
    if (random_() % 3 != 0) continue;
    const auto row = family.row(i);
    std::set<std::size_t> touched;
    while (touched.size() < 8) touched.insert(random_() % 30);
    for (const std::size_t bucket : touched) {
      const std::uint64_t count = 1 + random_() % 200;
      row[1 + bucket] += count;
      row[0] += count << bucket;
    }
  }
  return {++last_.id, false, std::make_shared<const Snapshot>(now_)};
}

}  // namespace bpfpush
