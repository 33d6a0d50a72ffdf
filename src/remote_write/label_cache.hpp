#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// What a version of the protocol makes of labels, kept for all series that the current and the
// previous snapshot held, so that it is made once per series and not once per push. A pass is one
// snapshot's encoding.
//
// FamilyPart(family, context) is made of a family, SeriesPart(family, series, context) of one of
// its series. The context outlives the cache.
template <typename FamilyPart, typename SeriesPart, typename Context>
class LabelCache {
 public:
  class OfFamily {
   public:
    OfFamily(const Family& family, Context& context)
        : family_(family), context_(context), part_(family, context) {}

    const FamilyPart& part() const { return part_; }

    // Valid until the pass after the one in which it was last asked for.
    const SeriesPart& of(const std::shared_ptr<const Series>& series) {
      auto found = series_.find(series);
      if (found == series_.end()) {
        Entry entry{SeriesPart(family_, *series, context_), pass_ - 1};
        found = series_.emplace(series, std::move(entry)).first;
      }
      Entry& entry = found->second;
      if (entry.pass != pass_) in_use_ += 1;
      entry.pass = pass_;
      return entry.part;
    }

   private:
    friend class LabelCache;

    struct Entry {
      SeriesPart part;
      std::uint32_t pass;  // in which it was last asked for
    };

    bool is_in_use() const { return in_use_ > 0; }

    // The number of series that it forgets.
    std::size_t begin_pass() {
      const std::size_t unused = series_.size() - in_use_;
      if (unused > 0) {
        std::erase_if(series_, [this](const auto& one) { return one.second.pass != pass_; });
        // Erasing keeps the table of a burst of series for ever; rehash(0) fits it to what is left.
        if (series_.size() < series_.bucket_count() / 4) series_.rehash(0);
      }
      in_use_ = 0;
      pass_ += 1;
      return unused;
    }

    const Family& family_;  // its owner is the key under which the cache keeps this
    Context& context_;      // the cache's
    FamilyPart part_;

    // The key owns the series, so no other can be at its address while the entry is here.
    std::unordered_map<std::shared_ptr<const Series>, Entry> series_;
    std::size_t in_use_ = 0;  // entries asked for in this pass
    std::uint32_t pass_ = 0;
  };

  explicit LabelCache(Context& context) : context_(context) {}
  LabelCache(const LabelCache&) = delete;
  LabelCache& operator=(const LabelCache&) = delete;

  // Forgets every family and series that was not asked for in the pass that ends here. False if
  // there was none.
  bool begin_pass() {
    std::size_t forgotten =
        std::erase_if(families_, [](const auto& one) { return !one.second.is_in_use(); });
    for (auto& [family, labels] : families_) forgotten += labels.begin_pass();
    return forgotten > 0;
  }

  // Valid until the pass after the one in which one of its series was last asked for.
  OfFamily& of(const std::shared_ptr<const Family>& family) {
    const auto found = families_.find(family);
    if (found != families_.end()) return found->second;
    return families_.try_emplace(family, *family, context_).first->second;
  }

 private:
  Context& context_;
  std::unordered_map<std::shared_ptr<const Family>, OfFamily> families_;
};

}  // namespace bpfpush
