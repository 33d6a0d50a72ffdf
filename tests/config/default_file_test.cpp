#include <gtest/gtest.h>

#include <fstream>
#include <span>
#include <sstream>

#include "config/config.hpp"
#include "config/test_environment.hpp"

// configs/bpfpush.yaml is the reference that users edit: what it says of defaults is held to the
// code here.
namespace bpfpush {
namespace {

std::vector<std::string> default_file_lines() {
  std::ifstream file(BPFPUSH_DEFAULT_CONFIG);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// An example: "#" in the first column, then two spaces or more.
bool is_example(const std::string& line) {
  return line.starts_with("#  ");
}

std::string joined(const std::vector<std::string>& lines, bool with_examples) {
  std::string text;
  for (const std::string& line : lines) {
    text += (with_examples && is_example(line) ? line.substr(1) : line) + "\n";
  }
  return text;
}

Result<Config> parsed(const std::string& yaml) {
  return parse_config(yaml, "bpfpush.yaml", environment_of());
}

TEST(DefaultFile, ShowsTheDefaults) {
  const auto file = parsed(joined(default_file_lines(), false));
  ASSERT_TRUE(file) << file.error().message();
  const auto defaults = parsed("remote_write: [{url: http://127.0.0.1:9090/api/v1/write}]");
  ASSERT_TRUE(defaults) << defaults.error().message();
  EXPECT_EQ(file->push_interval, defaults->push_interval);
  EXPECT_EQ(file->flush_timeout, defaults->flush_timeout);
  EXPECT_EQ(file->stale_markers_at_exit, defaults->stale_markers_at_exit);
  EXPECT_EQ(file->metric_namespace, defaults->metric_namespace);
  EXPECT_EQ(file->external_labels, defaults->external_labels);
  EXPECT_EQ(file->spool, defaults->spool);
  EXPECT_EQ(file->pin.enabled, defaults->pin.enabled);
  EXPECT_EQ(file->log, defaults->log);
  ASSERT_EQ(file->programs.size(), 1u);
  EXPECT_EQ(file->programs[0].name, defaults->programs.at(0).name);
  ASSERT_EQ(file->remote_write.size(), 1u);
  const RemoteWriteConfig& endpoint = file->remote_write[0];
  const RemoteWriteConfig& want = defaults->remote_write.at(0);
  EXPECT_EQ(endpoint.url, want.url);
  EXPECT_EQ(endpoint.name, want.name);
  EXPECT_EQ(endpoint.headers, want.headers);
  EXPECT_EQ(endpoint.remote_timeout, want.remote_timeout);
  EXPECT_EQ(endpoint.basic_auth, want.basic_auth);
  EXPECT_EQ(endpoint.authorization, want.authorization);
  EXPECT_EQ(endpoint.oauth2, want.oauth2);
  EXPECT_EQ(endpoint.sigv4, want.sigv4);
  EXPECT_EQ(endpoint.proxy, want.proxy);
  EXPECT_EQ(endpoint.enable_http2, want.enable_http2);
  EXPECT_EQ(endpoint.tls, want.tls);
  EXPECT_EQ(endpoint.queue, want.queue);
  EXPECT_EQ(endpoint.label_limit, want.label_limit);
  EXPECT_EQ(endpoint.label_value_length_limit, want.label_value_length_limit);
  EXPECT_EQ(endpoint.protocol, want.protocol);
}

TEST(DefaultFile, HasExamplesThatAreRight) {
  const auto file = parsed(joined(default_file_lines(), true));
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->programs.size(), 6u);
  EXPECT_EQ(file->programs.at(3).maps.size(), 4u);
  EXPECT_EQ(file->programs.at(1).histograms.at("bio_req_latency").max_entries, 1024u);
  EXPECT_FALSE(file->remote_write.at(0).headers.empty());
  EXPECT_TRUE(file->remote_write.at(0).basic_auth);
  EXPECT_EQ(file->remote_write.at(0).write_relabel.size(), 3u);
}

// Of the whole file, and of `maps`.
constexpr const char* kKeys[] = {"global",
                                 "spool",
                                 "pin",
                                 "path",
                                 "sync",
                                 "coarsest_step",
                                 "push_interval",
                                 "flush_timeout",
                                 "stale_markers_at_exit",
                                 "namespace",
                                 "external_labels",
                                 "programs",
                                 "name",
                                 "object",
                                 "as",
                                 "cgroup",
                                 "only",
                                 "settings",
                                 "histograms",
                                 "metrics",
                                 "unit",
                                 "buckets",
                                 "type",
                                 "min",
                                 "max",
                                 "width",
                                 "count",
                                 "bounds",
                                 "schema",
                                 "max_buckets",
                                 "max_entries",
                                 "remote_write",
                                 "url",
                                 "headers",
                                 "remote_timeout",
                                 "basic_auth",
                                 "username",
                                 "password_file",
                                 "authorization",
                                 "credentials_file",
                                 "bearer_token_file",
                                 "oauth2",
                                 "client_id",
                                 "client_secret_file",
                                 "token_url",
                                 "scopes",
                                 "endpoint_params",
                                 "sigv4",
                                 "region",
                                 "service",
                                 "access_key",
                                 "access_key_file",
                                 "secret_key_file",
                                 "session_token_file",
                                 "proxy_url",
                                 "no_proxy",
                                 "proxy_from_environment",
                                 "enable_http2",
                                 "write_relabel_configs",
                                 "source_labels",
                                 "separator",
                                 "regex",
                                 "modulus",
                                 "target_label",
                                 "replacement",
                                 "action",
                                 "label_limit",
                                 "label_value_length_limit",
                                 "max_bytes_per_day",
                                 "protobuf_message",
                                 "native_histogram_bucket_limit",
                                 "custom_histograms_over_1",
                                 "compression",
                                 "tls_config",
                                 "ca_file",
                                 "cert_file",
                                 "key_file",
                                 "min_version",
                                 "insecure_skip_verify",
                                 "queue_config",
                                 "max_samples_per_send",
                                 "min_backoff",
                                 "max_backoff",
                                 "max_bytes_per_second",
                                 "strict",
                                 "max_bytes",
                                 "log",
                                 "level"};
constexpr const char* kMapKeys[] = {
    "maps",  "pinned", "id",      "help",     "measured_unit", "slots",         "offset", "size",
    "value", "labels", "padding", "decoders", "static_map",    "allow_unknown", "regexps"};

void expect_named(std::span<const char* const> keys) {
  const std::string text = joined(default_file_lines(), true);
  for (const char* key : keys) {
    const std::string entry = std::string(key) + ": ";
    const std::string opener = std::string(key) + ":\n";
    SCOPED_TRACE(key);
    EXPECT_TRUE(text.find(" " + entry) != text.npos || text.find("{" + entry) != text.npos ||
                text.find("\n" + entry) != text.npos || text.find(opener) != text.npos);
  }
}

TEST(DefaultFile, NamesEveryKey) {
  expect_named(kKeys);
  expect_named(kMapKeys);
}

// A default that is commented out, or a value that differs, would make the test above pass on
// nothing.
TEST(DefaultFile, IsThere) {
  EXPECT_GT(default_file_lines().size(), 50u);
}

}  // namespace
}  // namespace bpfpush
