#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "receiver/store.hpp"
#include "remote_write_1.pb.h"
#include "remote_write_2.pb.h"

namespace bpfpush {

// Appends a series with one sample to `request`. Labels go out as they are, right or wrong.
prometheus::TimeSeries& add_series(prometheus::WriteRequest& request, const Labels& labels,
                                   double value = 1, std::int64_t timestamp = 1000);

// A request of 2.0 with these symbols and one series: symbol 1 = symbol 2, a sample 1 at 1000 ms.
io::prometheus::write::v2::Request v2_request(const std::vector<std::string>& symbols);

// The same with the metric `up`, and with nothing to report of it.
io::prometheus::write::v2::Request good_v2_request();

std::string to_message(const prometheus::WriteRequest& request);
std::string compress(std::string_view message);
std::string to_body(const prometheus::WriteRequest& request);
std::string to_body(const io::prometheus::write::v2::Request& request);

// The body of a good request: the series `up` = 1 at 1000 ms.
std::string good_body();

// A snappy header that claims 2 GiB, and a literal of one byte.
std::string body_claiming_2_gib();

std::span<const std::byte> as_bytes(const std::string& text);

}  // namespace bpfpush
