#pragma once

namespace bpfpush::sim {

// What can be wrong with a receiver, or with the way to it, for a while.
enum class Trouble {
  kRefuses,      // nobody listens
  kResets,       // the connection breaks, before or after the request was taken
  kHangs,        // no answer comes
  kAnswersLate,  // it takes the request after we gave up
  kOverloaded,   // 503, some with Retry-After
  kTooMany,      // 429, likewise
  kFails,        // 500
  kDenies,       // 401
  kFlickers,     // any of these, for one request in three
};
constexpr int kTroubles = 9;

constexpr const char* name_of(Trouble trouble) {
  constexpr const char* kNames[kTroubles] = {"refuses", "resets", "hangs", "late",    "503",
                                             "429",     "500",    "401",   "flickers"};
  return kNames[static_cast<int>(trouble)];
}

}  // namespace bpfpush::sim
