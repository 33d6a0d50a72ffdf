#pragma once

#include <string>
#include <string_view>

#include "receiver/message.hpp"

namespace bpfpush {

// `text` in double quotes, what is in it escaped: control characters, quotes and backslashes. No
// longer than some 200 characters, so that a message that quotes it can be read.
std::string quote(std::string_view text);

// The value of the first label of that name; null if there is none.
const std::string_view* find_label(const ReceivedSeries& series, std::string_view name);

// `up{job="a"}`: the metric's name and the other labels, sorted. Two series are the same if and
// only if these are. Without the label `left_out`, and with `name_end` cut off the name.
std::string series_key(const ReceivedSeries& series, std::string_view left_out = {},
                       std::string_view name_end = {});

// A key, shortened to what fits a message.
std::string shorten(std::string_view key);

}  // namespace bpfpush
