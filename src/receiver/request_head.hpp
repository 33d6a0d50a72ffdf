#pragma once

#include <optional>
#include <string_view>

#include "receiver/message.hpp"

namespace bpfpush {

// What of a request's head decides about it. The views are of the request.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> content_encoding;
  std::optional<std::string_view> user_agent = {};
  std::optional<std::string_view> write_version = {};  // X-Prometheus-Remote-Write-Version
};

inline constexpr std::string_view kContentTypeOfV1 = "application/x-protobuf";
inline constexpr std::string_view kLongContentTypeOfV1 =
    "application/x-protobuf;proto=prometheus.WriteRequest";
inline constexpr std::string_view kContentTypeOfV2 =
    "application/x-protobuf;proto=io.prometheus.write.v2.Request";

bool same_ignoring_case(std::string_view a, std::string_view b);

// Without blanks at either end.
std::string_view trim(std::string_view text);

// The version whose message a Content-Type means, blanks and case aside; nothing if it means none.
std::optional<WriteVersion> meant_version(std::string_view content_type);

}  // namespace bpfpush
