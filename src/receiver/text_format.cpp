#include "receiver/text_format.hpp"

#include <algorithm>
#include <tuple>

#include "base/number.hpp"
#include "receiver/classic_histogram.hpp"
#include "receiver/native_buckets.hpp"

namespace bpfpush {
namespace {

std::string escape(std::string_view text, bool quotes_too) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\\' || (c == '"' && quotes_too)) {
      escaped += '\\';
      escaped += c;
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string to_line(const std::string& metric, const Labels& labels, double value) {
  std::string line = metric;
  for (const auto& [name, text] : labels) {
    line += (line.size() == metric.size() ? "{" : ",") + name + "=\"" + escape(text, true) + '"';
  }
  if (!labels.empty()) line += '}';
  return line + ' ' + format_number(value) + '\n';
}

// A line and its place among the lines of a family: a histogram's or summary's series together, its
// buckets by bound.
struct Line {
  Labels labels;  // without `le` and `quantile`
  std::size_t part = 0;
  double bound = 0;
  std::string text;

  bool operator<(const Line& other) const {
    return std::tie(labels, part, bound) < std::tie(other.labels, other.part, other.bound);
  }
};

void append_lines(std::vector<Line>& lines, const Store::Metrics::value_type& metric,
                  std::size_t part) {
  for (const auto& [labels, sample] : metric.second) {
    if (is_stale(sample)) continue;
    Line line{labels, part, 0, to_line(metric.first, labels, sample.value)};
    std::erase_if(line.labels, [&line](const auto& label) {
      if (label.first != "le" && label.first != "quantile") return false;
      line.bound = parse_le(label.second).value_or(0);
      return true;
    });
    lines.push_back(std::move(line));
  }
}

// A native histogram is shown in its classic form, of the buckets that hold something.
void append_native(std::string& text, const std::string& metric, const Labels& labels,
                   const ReceivedHistogram& histogram) {
  for (const CumulativeBucket& bucket : to_cumulative(histogram)) {
    Labels with_bound = labels;
    with_bound.emplace_back("le", format_number(bucket.upper));
    text += to_line(metric + "_bucket", with_bound, bucket.count);
  }
  text += to_line(metric + "_sum", labels, histogram.sum);
  text += to_line(metric + "_count", labels, histogram.count());
}

void append_natives(std::string& text, const Store& store) {
  for (const auto& [metric, series] : store.natives()) {
    const auto family = store.families().find(metric);
    if (family != store.families().end() && !family->second.help.empty()) {
      text += "# HELP " + metric + ' ' + escape(family->second.help, false) + '\n';
    }
    text += "# TYPE " + metric + " histogram\n";
    for (const auto& [labels, histogram] : series) {
      if (!is_stale(histogram)) append_native(text, metric, labels, histogram);
    }
  }
}

// The described family that `metric` is a part of; "" if there is none.
std::string find_family(const Store::Families& families, const std::string& metric) {
  if (families.contains(metric)) return metric;
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!metric.ends_with(suffix)) continue;
    std::string name = metric.substr(0, metric.size() - suffix.size());
    const auto family = families.find(name);
    if (family == families.end()) continue;
    if (family->second.type == "histogram" || family->second.type == "summary") return name;
  }
  return "";
}

std::vector<Line> lines_of_family(const Store& store, const std::string& family) {
  std::vector<Line> lines;
  std::size_t part = 0;
  for (const std::string_view suffix : {"", "_bucket", "_sum", "_count"}) {
    const auto metric = store.metrics().find(family + std::string(suffix));
    part += 1;
    if (metric == store.metrics().end()) continue;
    if (find_family(store.families(), metric->first) == family) append_lines(lines, *metric, part);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

std::string to_text_format(const Store& store) {
  std::string text;
  for (const auto& [family, info] : store.families()) {
    const std::vector<Line> lines = lines_of_family(store, family);
    if (lines.empty()) continue;
    if (!info.help.empty()) text += "# HELP " + family + ' ' + escape(info.help, false) + '\n';
    text += "# TYPE " + family + ' ' + std::string(info.type) + '\n';
    for (const Line& line : lines) text += line.text;
  }
  for (const auto& [metric, series] : store.metrics()) {
    if (!find_family(store.families(), metric).empty()) continue;
    for (const auto& [labels, sample] : series) {
      if (!is_stale(sample)) text += to_line(metric, labels, sample.value);
    }
  }
  append_natives(text, store);
  return text;
}

}  // namespace bpfpush
