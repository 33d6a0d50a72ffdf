#pragma once

#include <string_view>

namespace bpfpush {

// [a-zA-Z_][a-zA-Z0-9_]*
bool is_label_name(std::string_view name);

// [a-zA-Z_:][a-zA-Z0-9_:]*
bool is_metric_name(std::string_view name);

}  // namespace bpfpush
