#include "receiver/checker.hpp"

#include <algorithm>
#include <bit>

#include "receiver/series_text.hpp"

namespace bpfpush::conformance {
namespace {

Effect run_series(const SeriesSubject& subject, WriteVersion version, const std::string& key,
                  Findings& findings) {
  const auto where = [&key] { return "series " + shorten(key); };
  Effect worst = findings.run(reference_rules(), version, subject, where);
  if (worst != Effect::kStored) return worst;
  for (const auto& rules : {label_rules(), sample_rules(), time_rules(), metadata_rules()}) {
    worst = std::max(worst, findings.run(rules, version, subject, where));
  }
  for (const ReceivedHistogram& histogram : subject.series.histograms) {
    worst = std::max(worst, findings.run(native_rules(), version, histogram, where));
    worst = std::max(worst, findings.run(custom_bounds_rules(), version, histogram, where));
  }
  return worst;
}

// The newest of what a series has, unless it had something newer already.
SeriesPast newest(const ReceivedSeries& series, const SeriesPast* past) {
  SeriesPast newest;
  bool found = past != nullptr;
  if (found) newest = *past;
  const auto take = [&](std::int64_t timestamp, double value, bool is_histogram) {
    if (found && timestamp < newest.timestamp) return;
    newest = {timestamp, std::bit_cast<std::uint64_t>(value), is_histogram};
    found = true;
  };
  for (const auto& sample : series.samples) take(sample.timestamp, sample.value, false);
  for (const auto& histogram : series.histograms) take(histogram.timestamp, histogram.sum, true);
  return newest;
}

}  // namespace

Verdict Checker::check(const WriteMessage& message, std::optional<std::int64_t> now,
                       Findings& findings) {
  pending_.clear();
  version_ = message.version;
  findings.run(message_rules(), message.version, message, [] { return std::string("message"); });
  Verdict verdict;
  verdict.effects.reserve(message.series.size());
  for (const ReceivedSeries& series : message.series) {
    const std::string key = series_key(series);
    const SeriesPast* past = find_past(key);
    const Effect effect = run_series({series, now, past}, message.version, key, findings);
    verdict.effects.push_back(effect);
    verdict.is_refused = verdict.is_refused || effect == Effect::kRefused;
    verdict.is_whole = verdict.is_whole && effect == Effect::kStored;
    const bool has_any = !series.samples.empty() || !series.histograms.empty();
    const bool has_room = past != nullptr || past_.size() + pending_.size() < series_max_;
    if (effect == Effect::kStored && has_any && has_room) pending_[key] = newest(series, past);
  }
  return verdict;
}

void Checker::commit(const WriteMessage& message, const Verdict& verdict, Findings& findings) {
  for (auto& [key, past] : pending_) past_[key] = past;
  pending_.clear();
  const auto each_stored = [&](auto&& take) {
    for (std::size_t i = 0; i < message.series.size(); ++i) {
      if (verdict.effects[i] == Effect::kStored) take(message.series[i]);
    }
  };
  each_stored([this](const ReceivedSeries& series) { classic_.add_buckets(series); });
  each_stored([this](const ReceivedSeries& series) { classic_.add_count(series); });
  classic_.check(message.version, findings);
}

void Checker::finish(Findings& findings) {
  classic_.finish(version_, findings);
}

const SeriesPast* Checker::find_past(const std::string& key) const {
  for (const Past* past : {&pending_, &past_}) {
    const auto found = past->find(key);
    if (found != past->end()) return &found->second;
  }
  return nullptr;
}

}  // namespace bpfpush::conformance
