#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "receiver/message.hpp"

namespace bpfpush {

// Looks over the fields of a message without building anything from them. Stops at what is no
// protobuf; parsing will say so.
WireFacts scan_wire(std::string_view message, WriteVersion version);

// The first string of the message that is not UTF-8, for people; nothing if all are.
std::optional<std::string> find_invalid_utf8(std::string_view message, WriteVersion version);

}  // namespace bpfpush
