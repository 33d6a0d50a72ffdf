#pragma once

#include <boost/system/error_code.hpp>
#include <string>

#include "base/result.hpp"

namespace bpfpush {

// libcurl's own codes (CURLcode) as error codes.
const boost::system::error_category& curl_category();

// The error of a transfer that ended with `code`: its context is "URL: DETAIL (what to do)". `url`
// holds no credentials; `detail` is what libcurl wrote into its error buffer, perhaps nothing.
Error curl_error(int code, const std::string& url, const std::string& detail);

}  // namespace bpfpush
