#include "receiver/histogram_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "receiver/classic_histogram.hpp"
#include "receiver/native_buckets.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kBarWidthMin = 8;

// Some neighbouring buckets, shown together.
struct Row {
  std::string range;
  double count = 0;
};

// The lower bound is open, as Prometheus means it. Nothing below 0 is measured where the first
// bound is above it.
double lower_bound(const ClassicHistogram& histogram, std::size_t bucket) {
  if (bucket > 0) return histogram.buckets[bucket - 1].upper;
  return histogram.buckets[0].upper > 0 ? 0 : -std::numeric_limits<double>::infinity();
}

double count_between(const ClassicHistogram& histogram, std::size_t begin, std::size_t end) {
  const double below = begin == 0 ? 0 : histogram.buckets[begin - 1].count;
  return histogram.buckets[end - 1].count - below;
}

// The buckets from the first to the last that holds anything, in at most `rows_max` rows.
std::vector<Row> to_rows(const ClassicHistogram& histogram, std::size_t rows_max) {
  std::size_t begin = 0;
  std::size_t end = histogram.buckets.size();
  while (end > 0 && count_between(histogram, end - 1, end) == 0) --end;
  while (begin < end && count_between(histogram, begin, begin + 1) == 0) ++begin;
  const std::size_t step = (end - begin + rows_max - 1) / rows_max;
  std::vector<Row> rows;
  for (std::size_t at = begin; at < end; at += step) {
    const std::size_t next = std::min(at + step, end);
    rows.push_back({fmt::format("({}, {}]", humane_number(lower_bound(histogram, at)),
                                humane_number(histogram.buckets[next - 1].upper)),
                    count_between(histogram, at, next)});
  }
  return rows;
}

// A bar for the part that `count` is of `largest`; what is not empty shows.
std::string bar(double count, double largest, std::size_t width) {
  const auto marks = static_cast<std::size_t>(count / largest * static_cast<double>(width));
  return std::string(count > 0 ? std::max<std::size_t>(marks, 1) : 0, '*');
}

void append_rows(std::string& text, const std::vector<Row>& rows, std::size_t width) {
  std::size_t range_width = 0;
  std::size_t count_width = 0;
  double largest = 0;
  for (const Row& row : rows) {
    range_width = std::max(range_width, row.range.size());
    count_width = std::max(count_width, humane_number(row.count).size());
    largest = std::max(largest, row.count);
  }
  const std::size_t taken = 2 + range_width + 2 + count_width + 3;  // and the bar's two borders
  const std::size_t bar_width = std::max(width, taken + kBarWidthMin) - taken;
  for (const Row& row : rows) {
    text +=
        fmt::format("  {:>{}}  {:>{}} |{:<{}}|\n", row.range, range_width, humane_number(row.count),
                    count_width, bar(row.count, largest, bar_width), bar_width);
  }
}

// "p99 812", or "p99 > 1000" where it lies above the last finite bound and nothing more is known.
std::string quantile_text(const char* name, double q, const ClassicHistogram& histogram) {
  const std::span<const CumulativeBucket> buckets = histogram.buckets;
  const bool beyond = q * histogram.count() > buckets[buckets.size() - 2].count;
  return fmt::format("{} {}{}", name, beyond ? "> " : "",
                     humane_number(estimate_quantile(q, buckets)));
}

std::vector<std::string> summarize(const ClassicHistogram& histogram) {
  std::vector<std::string> parts = {"count " + humane_number(histogram.count())};
  if (histogram.count() == 0) return parts;
  if (histogram.sum) {
    parts.push_back("average " + humane_number(*histogram.sum / histogram.count()));
  }
  if (histogram.buckets.size() < 2) return parts;
  parts.push_back(quantile_text("p50", 0.5, histogram));
  parts.push_back(quantile_text("p95", 0.95, histogram));
  parts.push_back(quantile_text("p99", 0.99, histogram));
  return parts;
}

void append_summary(std::string& text, const ClassicHistogram& histogram, std::size_t width) {
  std::string line;
  for (const std::string& part : summarize(histogram)) {
    if (!line.empty() && line.size() + 3 + part.size() > width) {
      text += std::exchange(line, "") + '\n';
    }
    line += (line.empty() ? "  " : "   ") + part;
  }
  text += line + '\n';
}

// Label values come from anywhere: none may steer the terminal.
std::string printable(std::string text) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

std::string join_labels(const Labels& labels, std::string_view separator) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : separator, name, printable(value));
  }
  return text;
}

bool contains(const Labels& labels, const Labels::value_type& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// Of a single histogram every label is common to all, but only those that name the sender go
// without it.
Labels common_labels(const std::vector<ClassicHistogram>& histograms) {
  Labels common = histograms.front().labels;
  std::erase_if(common, [&](const auto& label) {
    if (histograms.size() == 1) return label.first != "job" && label.first != "instance";
    return !std::all_of(histograms.begin(), histograms.end(),
                        [&](const auto& histogram) { return contains(histogram.labels, label); });
  });
  return common;
}

std::string title(const ClassicHistogram& histogram, const Labels& common) {
  Labels labels = histogram.labels;
  std::erase_if(labels, [&](const auto& label) { return contains(common, label); });
  if (labels.empty()) return histogram.name;
  return fmt::format("{}{{{}}}", histogram.name, join_labels(labels, ", "));
}

// What the sender said of the metric, if it did: a name alone does not tell the unit.
std::string help_line(const Store& store, const std::string& metric) {
  const auto family = store.families().find(metric);
  if (family == store.families().end() || family->second.help.empty()) return "";
  return printable(family->second.help) + '\n';
}

// Behind the classic ones. A metric that is sent in both forms is there twice.
void add_natives(std::vector<ClassicHistogram>& histograms, const Store& store,
                 std::string_view name_prefix) {
  for (const auto& [metric, series] : store.natives()) {
    if (!metric.starts_with(name_prefix)) continue;
    for (const auto& [labels, histogram] : series) {
      if (is_stale(histogram)) continue;
      auto buckets = to_cumulative(histogram);
      if (buckets.empty()) continue;
      histograms.push_back({metric, labels, std::move(buckets), histogram.sum});
    }
  }
}

}  // namespace

std::string humane_number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double magnitude = std::abs(value);
  if (magnitude < 1e15 && (magnitude >= 1000 || value == std::round(value))) {
    return fmt::format("{:.0f}", value);
  }
  return fmt::format("{:.4g}", value);
}

std::string render_histograms(const Store& store, const HistogramViewOptions& options) {
  std::vector<ClassicHistogram> histograms = collect_histograms(store, options.name_prefix);
  add_natives(histograms, store, options.name_prefix);
  if (histograms.empty()) return "";
  const Labels common = common_labels(histograms);
  std::string text;
  if (!common.empty()) text = join_labels(common, " ") + "\n\n";
  std::string_view metric;
  for (const ClassicHistogram& histogram : histograms) {
    if (&histogram != &histograms.front()) text += '\n';
    if (metric != histogram.name) text += help_line(store, histogram.name);
    metric = histogram.name;
    text += title(histogram, common) + '\n';
    append_summary(text, histogram, options.width);
    append_rows(text, to_rows(histogram, std::max<std::size_t>(options.rows_max, 1)),
                options.width);
  }
  return text;
}

}  // namespace bpfpush
