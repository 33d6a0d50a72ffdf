#include "remote_write/start_stamps.hpp"

#include <algorithm>

namespace bpfpush {

void StartStamps::begin_pass(const Instant& instant) {
  if (instant.boot_id != instant_.boot_id) said_.clear();
  instant_ = instant;
  std::erase_if(said_, [](const auto& one) { return !one.second.in_use; });
  for (auto& [since, said] : said_) said.in_use = false;
}

std::int64_t StartStamps::of(std::chrono::nanoseconds counting_since, std::int64_t timestamp) {
  if (counting_since <= std::chrono::nanoseconds::zero()) return 0;
  using std::chrono::milliseconds;
  const auto age = std::chrono::ceil<milliseconds>(instant_.since_boot - counting_since);
  const std::int64_t start = timestamp - std::max<std::int64_t>(age.count(), 1);
  Said& said = said_.try_emplace(counting_since, Said{start}).first->second;
  if (said.start >= timestamp) said.start = start;
  said.in_use = true;
  // The field's 0 says that it is not known.
  return said.start == 0 ? -1 : said.start;
}

}  // namespace bpfpush
