#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remote_write/classic_form.hpp"
#include "remote_write/label_set.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Labels in remote write 1.0 are kept as the bytes of TimeSeries.labels (tag, length, Label), so
// that a series is written by copying. A histogram of 30 buckets is 33 series that differ in
// `__name__` and `le` only; so these two are kept once per family, and once per label set is kept
// what stands before, between and after them.

// The labels of one label set other than `__name__` and a histogram's `le`.
class SeriesLabelBytes {
 public:
  SeriesLabelBytes(const Family& family, const Series& series, const LabelOptions& options);

  std::string_view before_name() const { return view(0, name_at_); }
  std::string_view from_name_to_le() const { return view(name_at_, le_at_); }
  std::string_view after_le() const { return view(le_at_, bytes_.size()); }
  std::string_view after_name() const { return view(name_at_, bytes_.size()); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view view(std::size_t begin, std::size_t end) const {
    return std::string_view(bytes_).substr(begin, end - begin);
  }

  std::string bytes_;
  std::uint32_t name_at_ = 0;  // where in bytes_ `__name__` belongs
  std::uint32_t le_at_ = 0;    // where `le` belongs
};

// The labels that a family sets.
class FamilyLabelBytes {
 public:
  FamilyLabelBytes(const Family& family, const LabelOptions& options);

  // `__name__`. Of a family that is no histogram there is that of the value only.
  std::string_view name(SamplePart part) const { return names_[static_cast<unsigned>(part)]; }
  std::size_t name_size_max() const;

  // `le` of a histogram's i-th bucket; the last is +Inf.
  std::string_view le(std::size_t i) const {
    return std::string_view(le_bytes_).substr(le_begins_[i], le_begins_[i + 1] - le_begins_[i]);
  }
  std::size_t le_size() const { return le_bytes_.size(); }  // of all buckets together

 private:
  std::array<std::string, kNameSuffixes.size()> names_;
  std::string le_bytes_;
  std::vector<std::uint32_t> le_begins_;  // with the end of the last
};

}  // namespace bpfpush
