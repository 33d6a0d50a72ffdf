#include "remote_write/text_format.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include "base/number.hpp"
#include "remote_write/sample_value.hpp"

namespace bpfpush {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

// Escapes backslashes and line feeds, and whatever of `also` there is.
void append_escaped(std::string& text, std::string_view raw, std::string_view also) {
  for (const char c : raw) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || also.find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
}

void append_header(std::string& text, const Family& family) {
  if (!family.help.empty()) {
    text += "# HELP " + family.name + ' ';
    append_escaped(text, family.help, "");
    text += '\n';
  }
  text.append("# TYPE ").append(family.name).append(" ").append(type_name(family.type));
  text += '\n';
}

// `name="value"` pairs with commas between them; empty for none.
std::string label_pairs(const Family& family, const Series& series) {
  std::string pairs;
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    if (series.label_values[i].empty()) continue;
    if (!pairs.empty()) pairs += ',';
    pairs += family.label_names[i] + "=\"";
    append_escaped(pairs, series.label_values[i], "\"");
    pairs += '"';
  }
  return pairs;
}

void append_sample(std::string& text, std::string_view name, std::string_view pairs, double value) {
  text += name;
  if (!pairs.empty()) text.append("{").append(pairs).append("}");
  text.append(" ").append(format_number(value)).append("\n");
}

void append_histogram(std::string& text, const Family& family, std::span<const std::uint64_t> row,
                      const std::string& pairs) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    count += row[i + 1];
    const double bound = i < family.bounds.size() ? family.bounds[i] : kInfinity;
    const std::string le = "le=\"" + format_number(bound) + "\"";
    append_sample(text, family.name + "_bucket", pairs.empty() ? le : pairs + ',' + le,
                  static_cast<double>(count));
  }
  if (family.has_sum) {
    append_sample(text, family.name + "_sum", pairs, sample_value(family, row[0]));
  }
  append_sample(text, family.name + "_count", pairs, static_cast<double>(count));
}

std::vector<std::size_t> order_by_label_values(const FamilySnapshot& family) {
  std::vector<std::size_t> order(family.series.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto compared = family.series[a]->label_values <=> family.series[b]->label_values;
    return compared == 0 ? a < b : compared < 0;
  });
  return order;
}

}  // namespace

std::string to_text_format(const Snapshot& snapshot) {
  std::string text;
  for (const FamilySnapshot& one : snapshot.families) {
    if (one.series.empty()) continue;
    const Family& family = *one.family;
    append_header(text, family);
    for (const std::size_t i : order_by_label_values(one)) {
      const std::string pairs = label_pairs(family, *one.series[i]);
      if (family.type == MetricType::kHistogram) {
        append_histogram(text, family, one.row(i), pairs);
      } else {
        append_sample(text, family.name, pairs, sample_value(family, one.row(i)[0]));
      }
    }
  }
  return text;
}

}  // namespace bpfpush
