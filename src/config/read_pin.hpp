#pragma once

#include <string>

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

PinConfig read_pin(const ValueReader& value, const std::string& metric_namespace);

}  // namespace bpfpush
