#pragma once

#include <string>
#include <string_view>

namespace bpfpush {

// An IPv4 or IPv6 address in network order. IPv6 as RFC 5952 wants it, an IPv4 address mapped into
// it as IPv4; other sizes as "?" and hexadecimal.
std::string decode_inet_ip(std::string_view bytes);

// A domain name in the wire format of RFC 1035, "." for the root and for nothing at all. It ends at
// the root label, so what a field of fixed size has behind it does not show. What is no such name
// is passed on as it is.
std::string decode_dname(std::string_view bytes);

}  // namespace bpfpush
