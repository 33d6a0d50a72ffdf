#include "remote_write/request_cut.hpp"

namespace bpfpush {

SeriesWalk::SeriesWalk(const Snapshot& snapshot, std::size_t begin) : snapshot_(snapshot) {
  for (; family_ < snapshot.families.size(); ++family_) {
    const std::size_t count = snapshot.families[family_].series.size();
    if (begin - position_ < count) break;
    position_ += count;
  }
  if (!at_end()) index_ = begin - position_;
  position_ += index_;
}

void SeriesWalk::next() {
  index_ += 1;
  position_ += 1;
  skip_families_without_series();
}

void SeriesWalk::skip_families_without_series() {
  while (!at_end() && index_ == family().series.size()) {
    family_ += 1;
    index_ = 0;
  }
}

bool RequestCut::take(const SeriesSize& size) {
  const bool is_first = samples_ == 0;
  const bool fits =
      samples_ + size.samples <= samples_max_ && bytes_ + size.bytes_max <= bytes_max_;
  if (!is_first && !fits) return false;
  samples_ += size.samples;
  histograms_ += size.histograms;
  bytes_ += size.bytes_max;
  return true;
}

}  // namespace bpfpush
