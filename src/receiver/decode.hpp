#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "receiver/message.hpp"

namespace bpfpush {

// Decompresses a body: snappy, block format. kTooLarge if it says that it decompresses to more than
// `message_bytes_max`, which is found out before anything is allocated. kMalformed if it is no
// snappy; the message says what it looks like instead.
Result<std::string> decompress_block(std::span<const std::byte> body,
                                     std::size_t message_bytes_max);

// Parses a message. kMalformed if it is not the version's message; kTooLarge if what it stands for
// would take far more memory than it has bytes.
Result<WriteMessage> decode_message(std::string_view message, WriteVersion version);

}  // namespace bpfpush
