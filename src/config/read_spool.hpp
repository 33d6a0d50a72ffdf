#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

SpoolConfig read_spool(const ValueReader& value);

}  // namespace bpfpush
