#pragma once

#include <string>
#include <string_view>

namespace bpfpush {

// UTF-8 text with each letter that has another case in it, character by character, whatever the
// locale. What is no UTF-8 stays as it is.
std::string to_lower_case(std::string_view text);
std::string to_upper_case(std::string_view text);

}  // namespace bpfpush
