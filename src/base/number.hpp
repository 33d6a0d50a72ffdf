#pragma once

#include <string>

namespace bpfpush {

// The shortest decimal that reads back as `value`, spelled as Go's strconv.FormatFloat(value, 'g',
// -1, 64) spells it and so as every Prometheus client does: "1", "0.001", "1.048576e+06", "+Inf",
// "-Inf", "NaN". `le` labels are made of it, and a series whose `le` is spelled otherwise is
// another series.
std::string format_number(double value);

}  // namespace bpfpush
