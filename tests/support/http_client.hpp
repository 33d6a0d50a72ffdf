#pragma once

#include <string>

#include "base/result.hpp"

namespace bpfpush {

struct HttpReply {
  long status = 0;
  std::string body;
};

// GET, at most five seconds. Any status is a reply; no reply is kUnavailable.
Result<HttpReply> http_get(const std::string& url);

// `text` as one query parameter's value.
std::string url_encode(const std::string& text);

}  // namespace bpfpush
