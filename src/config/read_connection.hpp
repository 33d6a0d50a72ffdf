#pragma once

#include "config/connection_config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

TlsConfig read_tls(const ValueReader& value);

// The keys proxy_url, no_proxy and proxy_from_environment of `reader`. `url` is what is asked
// through the proxy: the environment has one for http and one for https.
ProxyConfig read_proxy(const MappingReader& reader, const std::string& url);

}  // namespace bpfpush
