#pragma once

#include <algorithm>
#include <cstdint>

namespace bpfpush {

// How far to go on in a backlog, in snapshots, after the receiver has refused `refusals`
// snapshots in a row as too old and `pending` are left, the refused one included: 1, 2, 4 and so
// on, but never more than an eighth of what is left. So what it would accept is found after some
// dozens of tries however long the backlog is, and at most an eighth of that is passed over. The
// newest snapshot is always tried.
constexpr std::uint64_t skip_step(int refusals, std::uint64_t pending) {
  constexpr int kDoublingsMax = 32;
  const std::uint64_t doubled = std::uint64_t{1} << std::clamp(refusals - 1, 0, kDoublingsMax);
  return std::max<std::uint64_t>(1, std::min(doubled, pending / 8));
}

}  // namespace bpfpush
