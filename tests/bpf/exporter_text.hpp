#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bpfpush {

// What ebpf_exporter would show for a map state, written from its documentation alone and sharing
// nothing with our own way to the text: an oracle for it.

// "{device="7",operation="1"}" without the braces, and the map's value for it.
using ExporterCounts = std::map<std::string, std::uint64_t>;

struct ExporterHistogram {
  std::string type;  // exp2, exp2zero, linear, fixed
  int min = 0;
  int max = 0;
  double multiplier = 1;
  std::vector<double> keys;                                   // fixed
  std::map<std::string, std::map<int, std::uint64_t>> slots;  // by labels; all slots of the map
};

std::vector<std::string> exporter_counter_text(const std::string& name, const std::string& help,
                                               const ExporterCounts& counts);
std::vector<std::string> exporter_histogram_text(const std::string& name, const std::string& help,
                                                 const ExporterHistogram& histogram);

// A number as Go's strconv.FormatFloat(value, 'g', -1, 64) writes it.
std::string go_number(double value);

}  // namespace bpfpush
