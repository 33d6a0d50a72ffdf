#include "sender/request_headers.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace bpfpush {
namespace {

// In lower case. The first six are the protocol's, the others frame the message.
constexpr std::array<std::string_view, 12> kReserved = {
    "content-encoding",
    "content-type",
    "retry-attempt",
    "user-agent",
    "x-prometheus-remote-write-version",
    "x-victoriametrics-remote-write-version",
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "transfer-encoding",
};

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) { return to_lower(x) == to_lower(y); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool is_token_character(char c) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         kPunctuation.find(c) != std::string_view::npos;
}

}  // namespace

bool is_reserved_header(std::string_view name) {
  const auto same = [name](std::string_view reserved) {
    return equal_ignoring_case(name, reserved);
  };
  return std::any_of(kReserved.begin(), kReserved.end(), same);
}

Result<void> check_header(const std::string& name, const std::string& value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
    return Error(Errc::kInvalidConfig, "headers: \"" + name + "\" is no name of a header");
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return Error(Errc::kInvalidConfig, "headers: the value of " + name + " has a line break in it");
  }
  return {};
}

HttpHeaders request_headers(ProtocolVersion version, Compression compression,
                            const HttpHeaders& user) {
  const bool is_v2 = version == ProtocolVersion::k2;
  const bool is_zstd = compression == Compression::kZstd;
  HttpHeaders headers = {
      {"Content-Encoding", is_zstd ? "zstd" : "snappy"},
      // No space behind the semicolon: some receivers would not know the type then.
      {"Content-Type", is_v2 ? "application/x-protobuf;proto=io.prometheus.write.v2.Request"
                             : "application/x-protobuf"},
      {"User-Agent", "bpfpush/" BPFPUSH_VERSION},
  };
  if (is_zstd) {
    headers.emplace_back("X-VictoriaMetrics-Remote-Write-Version", "1");
  } else {
    headers.emplace_back("X-Prometheus-Remote-Write-Version", is_v2 ? "2.0.0" : "0.1.0");
  }
  const auto allowed = [](const auto& header) { return !is_reserved_header(header.first); };
  std::copy_if(user.begin(), user.end(), std::back_inserter(headers), allowed);
  return headers;
}

}  // namespace bpfpush
