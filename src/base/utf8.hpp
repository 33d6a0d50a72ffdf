#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bpfpush {

// Is all of `bytes` well-formed UTF-8?
bool is_utf8(std::string_view bytes);

// `bytes` with every byte that is no part of a well-formed UTF-8 sequence replaced by U+FFFD.
// Receivers drop a series whose label is not UTF-8, most of them without a word.
std::string to_valid_utf8(std::string_view bytes);

// The longest beginning of well-formed `text` that has no more than so many bytes and cuts no
// character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace bpfpush
