#include "exporter_text.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace bpfpush {
namespace {

std::string sample(const std::string& name, const std::string& labels, double value) {
  return name + (labels.empty() ? "" : "{" + labels + "}") + " " + go_number(value);
}

std::vector<std::string> header(const std::string& name, const std::string& help,
                                const char* type) {
  return {"# HELP " + name + " " + help, "# TYPE " + name + " " + type};
}

// The slot keys in the order of their buckets, as the format walks them.
std::vector<double> slots_in_order(const ExporterHistogram& histogram) {
  if (histogram.type == "fixed") return histogram.keys;
  std::vector<double> slots;
  for (int slot = histogram.min; slot <= histogram.max; ++slot) slots.push_back(slot);
  return slots;
}

double upper_bound(const ExporterHistogram& histogram, double slot) {
  if (histogram.type == "exp2") return std::pow(2, slot) * histogram.multiplier;
  if (histogram.type == "exp2zero") {
    return slot == 0 ? 0 : std::pow(2, slot - 1) * histogram.multiplier;
  }
  return slot * histogram.multiplier;
}

}  // namespace

std::string go_number(double value) {
  char text[64];
  int precision = 0;
  do {  // the shortest that reads back
    std::snprintf(text, sizeof text, "%.*e", precision++, value);
  } while (std::strtod(text, nullptr) != value);
  const int exponent = std::atoi(std::string(text).substr(std::string(text).find('e') + 1).c_str());
  if (value == 0 || (exponent >= -4 && exponent < 6)) {
    std::snprintf(text, sizeof text, "%.*f", std::max(0, precision - 1 - exponent), value);
  }
  return text;
}

std::vector<std::string> exporter_counter_text(const std::string& name, const std::string& help,
                                               const ExporterCounts& counts) {
  const std::string full = "ebpf_exporter_" + name;
  auto lines = header(full, help, "counter");
  for (const auto& [labels, count] : counts) {
    lines.push_back(sample(full, labels, static_cast<double>(count)));
  }
  return lines;
}

std::vector<std::string> exporter_histogram_text(const std::string& name, const std::string& help,
                                                 const ExporterHistogram& histogram) {
  const std::string full = "ebpf_exporter_" + name;
  auto lines = header(full, help, "histogram");
  const auto order = slots_in_order(histogram);
  for (const auto& [labels, slots] : histogram.slots) {
    const auto value_of = [&slots = slots](double slot) -> std::uint64_t {
      for (const auto& [key, value] : slots) {
        if (key == slot) return value;
      }
      return 0;
    };
    std::uint64_t count = 0;
    const std::string before = labels.empty() ? "" : labels + ",";
    for (const double slot : order) {
      count += value_of(slot);
      const std::string le = "le=\"" + go_number(upper_bound(histogram, slot)) + "\"";
      lines.push_back(sample(full + "_bucket", before + le, static_cast<double>(count)));
    }
    lines.push_back(sample(full + "_bucket", before + "le=\"+Inf\"", static_cast<double>(count)));
    const double sum = static_cast<double>(value_of(order.back() + 1)) * histogram.multiplier;
    lines.push_back(sample(full + "_sum", labels, sum));
    lines.push_back(sample(full + "_count", labels, static_cast<double>(count)));
  }
  return lines;
}

}  // namespace bpfpush
