#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "remote_write_1.pb.h"
#include "remote_write_2.pb.h"

// What a receiver makes of a body, by means other than ours: libsnappy and the protobuf library.
namespace bpfpush::testing {

// The bytes of the message; fails the test if snappy cannot read the body.
std::string decompress(std::span<const std::byte> body);

// Fails the test if the body is no WriteRequest.
prometheus::WriteRequest decode(std::span<const std::byte> body);

// The same of remote write 2.0. Fails the test as well if the symbols are not as the protocol wants
// them: the first empty, none twice, none that nothing refers to, no reference to one that is not
// there.
io::prometheus::write::v2::Request decode_v2(std::span<const std::byte> body);

// `{name="value", ...}` in the order of the message.
std::string labels_of(const prometheus::TimeSeries& series);
std::string labels_of(const io::prometheus::write::v2::Request& request,
                      const io::prometheus::write::v2::TimeSeries& series);

}  // namespace bpfpush::testing
