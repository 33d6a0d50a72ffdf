#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "remote_write/histogram_form.hpp"
#include "remote_write_1.pb.h"
#include "snapshot/snapshot.hpp"

namespace bpfpush::testing {

// The native histogram, without its timestamp, that a row shall become in that form, made in the
// plainest way; nothing if it has none. Without a row, the one that ends the series.
std::optional<prometheus::Histogram> reference_histogram(
    const Family& family, HistogramForm form, std::size_t buckets_max,
    std::optional<std::span<const std::uint64_t>> row);

}  // namespace bpfpush::testing
