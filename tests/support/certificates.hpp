#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>

namespace bpfpush {

// A certificate and its private key, as PEM text.
struct Identity {
  std::string certificate;
  std::string key;
};

// A certificate authority that a test makes up. Throws where OpenSSL cannot.
class Authority {
 public:
  explicit Authority(const std::string& name);

  // As a ca_file holds it.
  const std::string& certificate() const { return pem_; }

  // For a server on loopback, or a client; valid from a day ago until so much after now.
  Identity issue(const std::string& name,
                 std::chrono::seconds valid_for = std::chrono::hours(1)) const;

 private:
  using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
  using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

  static Key make_key();
  static Certificate make(const std::string& name, EVP_PKEY* key, std::chrono::seconds valid_for);

  Key key_;
  Certificate certificate_;
  std::string pem_;
};

}  // namespace bpfpush
