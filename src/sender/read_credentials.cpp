#include "sender/read_credentials.hpp"

namespace bpfpush {
namespace {

Result<Credentials::Signature> read_signature(const Filesystem& filesystem, const SigV4& sigv4) {
  const auto access_key = read_secret(filesystem, "sigv4.access_key", sigv4.access_key);
  if (!access_key) return access_key.error();
  const auto secret_key = read_secret(filesystem, "sigv4.secret_key", sigv4.secret_key);
  if (!secret_key) return secret_key.error();
  Credentials::Signature signature{"aws:amz:" + sigv4.region + ":" + sigv4.service, *access_key,
                                   *secret_key, ""};
  if (!sigv4.session_token.is_given()) return signature;
  const auto token = read_secret(filesystem, "sigv4.session_token", sigv4.session_token);
  if (!token) return token.error();
  signature.session_token = *token;
  return signature;
}

}  // namespace

Result<Credentials> read_credentials(const CurlTransportOptions& options,
                                     const Filesystem& filesystem) {
  Credentials credentials;
  if (!options.tls.key_file.empty()) {
    const Result<void> good =
        check_private(filesystem, "tls_config.key_file", options.tls.key_file);
    if (!good) return good.error();
  }
  if (const auto& basic = options.basic_auth) {
    const auto password = read_secret(filesystem, "basic_auth.password", basic->password);
    if (!password) return password.error();
    credentials.basic = Credentials::Basic{basic->username, *password};
  }
  if (const auto& auth = options.authorization) {
    const auto secret = read_secret(filesystem, "authorization.credentials", auth->credentials);
    if (!secret) return secret.error();
    credentials.authorization = auth->type + " " + *secret;
  }
  if (options.sigv4) {
    const auto signature = read_signature(filesystem, *options.sigv4);
    if (!signature) return signature.error();
    credentials.signature = *signature;
  }
  return credentials;
}

}  // namespace bpfpush
