#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "env/clock.hpp"
#include "sim/truth.hpp"

namespace bpfpush::sim {

// The metric that says which collection a snapshot is: a gauge.
inline constexpr char kCollectionName[] = "sim_collection";
// What the names of all histograms of a SimMap begin with.
inline constexpr char kMapPrefix[] = "sim_map";

// What a remote write request says. Decoded with the generated classes.
struct Request {
  std::size_t samples = 0;
  std::optional<WallTime> timestamp;  // of all samples
  std::optional<std::uint64_t> collection;
  std::map<std::string, std::optional<Row>> histograms;  // by series; nothing: it ends
  std::string fault;                                     // what is wrong with it, if anything
};
Request decode_request(std::span<const std::byte> body);

}  // namespace bpfpush::sim
