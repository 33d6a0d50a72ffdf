#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"

namespace bpfpush {

// `text` with every ${NAME} replaced by that variable's value and every $$ by a single $. Any other
// $ stands for itself. Values are not expanded again.
Result<std::string> expand_environment(std::string_view text, const Environment& environment);

// Does expanding `text` put a variable's value into it?
bool has_variable(std::string_view text);

}  // namespace bpfpush
