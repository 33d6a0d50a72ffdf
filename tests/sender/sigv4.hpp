#pragma once

#include <string>

#include "support/mock_receiver.hpp"

namespace bpfpush {

// The signature that AWS would compute for a request as it arrived: Signature Version 4, from the
// documentation, with HMACs of OpenSSL's. Nothing of libcurl's is in it.
std::string expected_signature(const MockRequest& request, const std::string& secret_key);

// A part of the Authorization header: "Credential", "SignedHeaders" or "Signature".
std::string signature_part(const MockRequest& request, const std::string& name);

}  // namespace bpfpush
