#pragma once

#include <string>

#include "base/result.hpp"

namespace bpfpush {

// An endpoint's URL, checked.
struct EndpointUrl {
  std::string printable;         // for the log: without user, password, query and fragment
  bool has_credentials = false;  // there is a user or a password in it
};

// kInvalidConfig unless it is a complete http or https URL. The message does not repeat the URL,
// which may hold secrets; `key` is what the configuration calls it.
Result<EndpointUrl> parse_endpoint_url(const std::string& url, const std::string& key = "url");

// kInvalidConfig unless it is a URL of a kind of proxy there is. The message does not repeat it
// either.
Result<void> check_proxy_url(const std::string& url);

// With all but letters, digits and -._~ as %XX: for a form or a query.
std::string percent_encode(const std::string& text);

}  // namespace bpfpush
