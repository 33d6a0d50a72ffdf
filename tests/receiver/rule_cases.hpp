#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "receiver/rules.hpp"

// Tables of rules: for each what breaks it, and what is like it and does not.
namespace bpfpush::conformance {

// The names of the checks' rules that `subject` breaks in a request of `version`.
template <typename Subject>
std::vector<std::string> broken_rules(std::span<const Check<Subject>> checks, WriteVersion version,
                                      const Subject& subject) {
  Findings findings;
  findings.run(checks, version, subject, [] { return std::string("here"); });
  std::vector<std::string> names;
  for (const Finding& finding : findings.all()) {
    EXPECT_NE(finding.what, "");
    names.emplace_back(finding.rule->name);
  }
  return names;
}

template <typename Subject>
struct RuleCase {
  const char* rule;
  Subject breaks;
  Subject keeps;
  WriteVersion version = WriteVersion::kV2;
};

// Every rule of `checks` is in the table, is broken by what breaks it, and not by the other.
template <typename Subject>
void expect_rules(std::span<const Check<Subject>> checks,
                  const std::vector<RuleCase<Subject>>& cases) {
  for (const RuleCase<Subject>& c : cases) {
    SCOPED_TRACE(c.rule);
    EXPECT_THAT(broken_rules(checks, c.version, c.breaks), testing::Contains(c.rule));
    EXPECT_THAT(broken_rules(checks, c.version, c.keeps), testing::Not(testing::Contains(c.rule)));
  }
  for (const auto& check : checks) {
    const auto is_it = [&check](const auto& c) { return check.rule.name == c.rule; };
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), is_it)) << check.rule.name;
  }
}

// A series and what it had before, for SeriesSubject, which only refers to them.
struct SeriesCase {
  const char* rule;
  ReceivedSeries breaks;
  ReceivedSeries keeps;
  std::optional<SeriesPast> past = {};
  WriteVersion version = WriteVersion::kV2;
};

inline constexpr std::int64_t kNow = 1'700'000'000'000;

inline void expect_series_rules(std::span<const Check<SeriesSubject>> checks,
                                const std::vector<SeriesCase>& cases) {
  std::vector<RuleCase<SeriesSubject>> subjects;
  for (const SeriesCase& c : cases) {
    const SeriesPast* past = c.past ? &*c.past : nullptr;
    subjects.push_back({c.rule, {c.breaks, kNow, past}, {c.keeps, kNow, past}, c.version});
  }
  expect_rules(checks, subjects);
}

inline ReceivedSeries with_labels(std::vector<LabelView> labels) {
  ReceivedSeries series;
  series.labels = std::move(labels);
  return series;
}

inline ReceivedSeries with_samples(std::vector<ReceivedSample> samples) {
  ReceivedSeries series = with_labels({{"__name__", "up"}});
  series.samples = std::move(samples);
  return series;
}

inline ReceivedSeries with_histograms(std::vector<ReceivedHistogram> histograms) {
  ReceivedSeries series = with_labels({{"__name__", "latency"}});
  series.histograms = std::move(histograms);
  return series;
}

}  // namespace bpfpush::conformance
