#pragma once

#include <string>
#include <unordered_map>

namespace bpfpush {

// Names by number, each kept for as long as collections ask for it.
class UsedNames {
 public:
  struct Entry {
    std::string name;
    bool is_used = false;  // in this collection
  };

  // Calls `refresh(name)` when this collection first asks for the number: with "", or with the name
  // the last collection had.
  template <typename Refresh>
  const std::string& use(std::uint64_t number, Refresh refresh) {
    Entry& entry = entries_[number];
    if (!entry.is_used) refresh(entry.name);
    entry.is_used = true;
    return entry.name;
  }

  // Forgets what was not asked for since the last call.
  void begin_collection() {
    std::erase_if(entries_, [](const auto& item) { return !item.second.is_used; });
    for (auto& [number, entry] : entries_) entry.is_used = false;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace bpfpush
