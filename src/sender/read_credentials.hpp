#pragma once

#include "env/filesystem.hpp"
#include "sender/credentials.hpp"
#include "sender/curl_transport_options.hpp"

namespace bpfpush {

// The credentials of the options as their files have them now; of oauth2 none, whose tokens are
// fetched. The error names the file that cannot be used, a private key of tls_config included.
Result<Credentials> read_credentials(const CurlTransportOptions& options,
                                     const Filesystem& filesystem);

}  // namespace bpfpush
