#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// The keys basic_auth, authorization, bearer_token_file, oauth2 and sigv4 of an endpoint, of which
// there may be one.
void read_authentication(const MappingReader& reader, RemoteWriteConfig& endpoint);

}  // namespace bpfpush
