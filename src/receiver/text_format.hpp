#pragma once

#include <string>

#include "receiver/store.hpp"

namespace bpfpush {

// What the store holds in the Prometheus text exposition format (version 0.0.4), without
// timestamps. HELP and TYPE come from the senders' metadata; a family nobody described has neither.
// Series that have ended are left out. Native histograms are there in their classic form.
std::string to_text_format(const Store& store);

}  // namespace bpfpush
