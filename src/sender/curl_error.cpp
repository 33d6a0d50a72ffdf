#include "sender/curl_error.hpp"

#include <curl/curl.h>

#include <string_view>

namespace bpfpush {
namespace {

class CurlCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "curl"; }

  std::string message(int code) const override {
    return curl_easy_strerror(static_cast<CURLcode>(code));
  }
};

// What a user can do about the failures that a configuration or a network causes; empty for the
// others.
std::string_view hint(int code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the host name in proxy_url";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the host name in url, and this host's DNS";
    case CURLE_COULDNT_CONNECT:
      return "is a receiver listening there, and does a firewall let this host through?";
    case CURLE_OPERATION_TIMEDOUT:
      return "if the receiver or the link is only slow, raise remote_timeout";
    case CURLE_SSL_CONNECT_ERROR:
      return "does the receiver speak TLS on this port?";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "set tls_config.ca_file to the CA that signed the receiver's certificate";
    case CURLE_SSL_CACERT_BADFILE:
      return "tls_config.ca_file must be a readable PEM file of certificates";
    case CURLE_SSL_CERTPROBLEM:
      return "tls_config.cert_file and key_file must be readable PEM files that belong together";
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "what answers there does not speak HTTP: check scheme and port in url";
    default:
      return "";
  }
}

}  // namespace

const boost::system::error_category& curl_category() {
  static const CurlCategory category;
  return category;
}

Error curl_error(int code, const std::string& url, const std::string& detail) {
  std::string context = url;
  if (!detail.empty()) context += ": " + detail;
  if (const std::string_view text = hint(code); !text.empty()) {
    context.append(" (").append(text).append(")");
  }
  return {boost::system::error_code(code, curl_category()), std::move(context)};
}

}  // namespace bpfpush
