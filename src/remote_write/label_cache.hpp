#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "remote_write/label.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Labels are kept as the bytes of TimeSeries.labels (tag, length, Label), so that a series is
// written by copying. A histogram of 30 buckets is 33 series that differ in `__name__` and `le`
// only; so these two are kept once per family, and once per label set is kept what stands before,
// between and after them.

// The labels of one label set other than `__name__` and a histogram's `le`, sorted bytewise by
// name.
class SeriesLabels {
 public:
  // Of two labels with one name a series' own comes before an external one. Labels without name or
  // value are left out, and so are those that the family itself sets.
  SeriesLabels(const Family& family, const Series& series, const std::vector<Label>& external);

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

// The labels that a family sets, and those of its series that were asked for lately.
class FamilyLabels {
 public:
  FamilyLabels(const Family& family, const std::vector<Label>& external);

  // `__name__` with the family's name, and with what the classic form of a histogram appends to it.
  std::string_view name() const { return name_; }
  std::string_view bucket_name() const { return bucket_name_; }
  std::string_view sum_name() const { return sum_name_; }
  std::string_view count_name() const { return count_name_; }

  // `le` of a histogram's i-th bucket; the last is +Inf.
  std::string_view le(std::size_t i) const {
    return std::string_view(le_bytes_).substr(le_begins_[i], le_begins_[i + 1] - le_begins_[i]);
  }
  std::size_t le_size() const { return le_bytes_.size(); }  // of all buckets together

  // Valid until the pass after the one in which it was last asked for.
  const SeriesLabels& of(const std::shared_ptr<const Series>& series);

 private:
  friend class LabelCache;

  struct Entry {
    SeriesLabels labels;
    std::uint32_t pass;  // in which it was last asked for
  };

  bool is_in_use() const { return in_use_ > 0; }
  void begin_pass();

  const Family& family_;                // its owner is the key under which the cache keeps this
  const std::vector<Label>& external_;  // the cache's
  std::string name_;
  std::string bucket_name_;
  std::string sum_name_;
  std::string count_name_;
  std::string le_bytes_;
  std::vector<std::uint32_t> le_begins_;  // with the end of the last

  // The key owns the series, so no other can be at its address while the entry is here.
  std::unordered_map<std::shared_ptr<const Series>, Entry> series_;
  std::size_t in_use_ = 0;  // entries asked for in this pass
  std::uint32_t pass_ = 0;
};

// The labels of all series that the current and the previous snapshot held. A pass is one
// snapshot's encoding.
class LabelCache {
 public:
  explicit LabelCache(std::vector<Label> external_labels);
  LabelCache(const LabelCache&) = delete;
  LabelCache& operator=(const LabelCache&) = delete;

  // Forgets every family and series that was not asked for in the pass that ends here.
  void begin_pass();

  // Valid until the pass after the one in which one of its series was last asked for.
  FamilyLabels& of(const std::shared_ptr<const Family>& family);

 private:
  const std::vector<Label> external_;
  std::unordered_map<std::shared_ptr<const Family>, FamilyLabels> families_;
};

}  // namespace bpfpush
