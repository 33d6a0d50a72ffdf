#include "support/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace bpfpush {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value);
  X509_EXTENSION_free(extension);
}

template <typename Write>
std::string to_pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  require(memory && write(memory.get()) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Authority::Key Authority::make_key() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  require(key != nullptr, "key");
  return key;
}

Authority::Certificate Authority::make(const std::string& name, EVP_PKEY* key,
                                       std::chrono::seconds valid_for) {
  static long serial = 0;
  Certificate certificate(X509_new(), X509_free);
  require(certificate != nullptr, "certificate");
  X509* const raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), -24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(raw), static_cast<long>(valid_for.count()));
  X509_set_pubkey(raw, key);
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, text, -1, -1,
                                     0) == 1,
          "name");
  return certificate;
}

Authority::Authority(const std::string& name)
    : key_(make_key()), certificate_(make(name, key_.get(), std::chrono::hours(24))) {
  X509* const raw = certificate_.get();
  X509_set_issuer_name(raw, X509_get_subject_name(raw));
  add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(raw, raw, NID_subject_key_identifier, "hash");
  require(X509_sign(raw, key_.get(), EVP_sha256()) > 0, "signature");
  pem_ = to_pem([raw](BIO* out) { return PEM_write_bio_X509(out, raw); });
}

Identity Authority::issue(const std::string& name, std::chrono::seconds valid_for) const {
  const Key key = make_key();
  const Certificate certificate = make(name, key.get(), valid_for);
  X509* const raw = certificate.get();
  X509_set_issuer_name(raw, X509_get_subject_name(certificate_.get()));
  add_extension(raw, certificate_.get(), NID_subject_alt_name,
                "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:receiver.test");
  require(X509_sign(raw, key_.get(), EVP_sha256()) > 0, "signature");
  Identity identity;
  identity.certificate = to_pem([raw](BIO* out) { return PEM_write_bio_X509(out, raw); });
  identity.key = to_pem([&key](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return identity;
}

}  // namespace bpfpush
