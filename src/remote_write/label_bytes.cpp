#include "remote_write/label_bytes.hpp"

#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "base/number.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {
namespace {

void append_label(std::string& bytes, std::string_view name, std::string_view value) {
  const std::size_t size =
      wire::bytes_field_size(name.size()) + wire::bytes_field_size(value.size());
  const std::size_t begin = bytes.size();
  bytes.resize(begin + wire::bytes_field_size(size));
  char* at = wire::put_bytes_header(bytes.data() + begin, 1, size);  // TimeSeries.labels
  at = wire::put_string(at, 1, name);                                // Label.name
  at = wire::put_string(at, 2, value);                               // Label.value
  CHECK(at == bytes.data() + bytes.size());
}

}  // namespace

SeriesLabelBytes::SeriesLabelBytes(const Family& family, const Series& series,
                                   const LabelOptions& options) {
  for (const auto& [name, value] : label_set(family, series, options)) {
    append_label(bytes_, name, value);
    if (name < kNameLabel) name_at_ = static_cast<std::uint32_t>(bytes_.size());
    if (name < kLeLabel) le_at_ = static_cast<std::uint32_t>(bytes_.size());
  }
  CHECK(bytes_.size() <= std::numeric_limits<std::uint32_t>::max());
  bytes_.shrink_to_fit();
}

FamilyLabelBytes::FamilyLabelBytes(const Family& family, const LabelOptions& /*options*/) {
  const bool is_histogram = family.type == MetricType::kHistogram;
  for (std::size_t i = 0; i < (is_histogram ? kNameSuffixes.size() : 1); ++i) {
    append_label(names_[i], kNameLabel, family.name + std::string(kNameSuffixes[i]));
  }
  if (!is_histogram) return;
  le_begins_.reserve(family.bounds.size() + 2);
  for (const double bound : family.bounds) {
    le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
    append_label(le_bytes_, kLeLabel, format_number(bound));
  }
  le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
  append_label(le_bytes_, kLeLabel, "+Inf");
  le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
}

std::size_t FamilyLabelBytes::name_size_max() const {
  std::size_t size = 0;
  for (const std::string& name : names_) size = std::max(size, name.size());
  return size;
}

}  // namespace bpfpush
