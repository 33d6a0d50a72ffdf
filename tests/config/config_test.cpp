#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Config parsed(const std::string& yaml) {
  return parse_config(yaml, "f.yaml", environment_of({{"SITE", "berlin"}})).value();
}

TEST(ParseConfig, TakesAnEmptyFileForAllDefaults) {
  const Config defaults;
  for (const char* yaml : {"", "global:\nprograms:\nremote_write:\nlog:\n", "global: {}\n"}) {
    SCOPED_TRACE(yaml);
    const Config config = parsed(yaml);
    EXPECT_EQ(config.push_interval, defaults.push_interval);
    EXPECT_EQ(config.flush_timeout, defaults.flush_timeout);
    EXPECT_FALSE(config.stale_markers_at_exit);
    EXPECT_EQ(config.metric_namespace, "ebpf");
    EXPECT_THAT(config.external_labels,
                ElementsAre(Pair("job", "bpfpush"), Pair("instance", "edge-1")));
    ASSERT_EQ(config.programs.size(), 1u);
    EXPECT_EQ(config.programs[0].name, "bio");
    EXPECT_EQ(config.programs[0].as, "bio");
    EXPECT_THAT(config.remote_write, IsEmpty());
    EXPECT_EQ(config.log.level, "info");
  }
}

TEST(ParseConfig, ReadsTheGlobalSpoolAndLogSections) {
  const Config config = parsed(
      "global:\n  push_interval: 1m30s\n  stale_markers_at_exit: true\n  flush_timeout: 0\n  "
      "namespace: kernel\n"
      "spool: {max_bytes: 64MB}\nlog: {level: debug}\n");
  EXPECT_EQ(config.push_interval, milliseconds(90'000));
  EXPECT_EQ(config.flush_timeout, milliseconds(0));
  EXPECT_TRUE(config.stale_markers_at_exit);
  EXPECT_EQ(config.metric_namespace, "kernel");
  EXPECT_EQ(config.spool.max_bytes, 64'000'000u);
  EXPECT_EQ(config.log.level, "debug");
}

TEST(ParseConfig, ReadsWhetherAndWhereKernelStateIsPinned) {
  EXPECT_FALSE(parsed("").pin.enabled);
  EXPECT_FALSE(parsed("pin: false").pin.enabled);
  const PinConfig on = parsed("global: {namespace: kernel}\npin: true").pin;
  EXPECT_TRUE(on.enabled);
  EXPECT_EQ(on.path, "/sys/fs/bpf/bpfpush/kernel");
  EXPECT_EQ(on.where, "f.yaml:2");
  const PinConfig elsewhere = parsed("pin: {path: /run/pins}").pin;
  EXPECT_TRUE(elsewhere.enabled);
  EXPECT_EQ(elsewhere.path, "/run/pins");
}

TEST(ParseConfig, ReadsASpoolOnDisk) {
  const SpoolConfig defaults = parsed("spool: {path: /var/lib/x}").spool;
  EXPECT_EQ(defaults.path, "/var/lib/x");
  EXPECT_EQ(defaults.max_bytes, 64u << 20);
  EXPECT_EQ(defaults.sync, milliseconds(5'000));
  EXPECT_EQ(defaults.coarsest_step, std::chrono::hours(1));
  EXPECT_EQ(defaults.where, "f.yaml:1");
  const SpoolConfig given =
      parsed("spool: {path: /x, max_bytes: 1MiB, sync: 250ms, coarsest_step: 10m}").spool;
  EXPECT_EQ(given.max_bytes, 1u << 20);
  EXPECT_EQ(given.sync, milliseconds(250));
  EXPECT_EQ(given.coarsest_step, std::chrono::minutes(10));
  EXPECT_EQ(parsed("spool: {path: /x, sync: always}").spool.sync, milliseconds(0));
  EXPECT_EQ(parsed("spool: {path: /x, sync: never}").spool.sync, std::nullopt);
}

TEST(ParseConfig, AddsJobAndInstanceUnlessTheyAreGiven) {
  EXPECT_THAT(
      parsed("global: {external_labels: {site: \"${SITE}\", instance: me}}").external_labels,
      ElementsAre(Pair("site", "berlin"), Pair("instance", "me"), Pair("job", "bpfpush")));
  EXPECT_THAT(parsed("global: {external_labels: {job: '', instance: ''}}").external_labels,
              ElementsAre(Pair("job", ""), Pair("instance", "")));
}

TEST(ParseConfig, NeedsAHostNameOnlyWhereTheInstanceIsNotGiven) {
  const Environment empty = [](const std::string&) { return std::nullopt; };
  const Result<Config> config = parse_config("", "f.yaml", empty);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message(), testing::HasSubstr("HOSTNAME"));
  EXPECT_TRUE(parse_config("global: {external_labels: {instance: me}}", "f.yaml", empty));
}

TEST(ParseConfig, ReadsProgramsAsNamesAndMappings) {
  const Config config = parsed(R"(programs:
  - bio
  - name: bio
    as: bio_seconds
    cgroup: /a.slice
    only: {operation: [read, write], device: sda}
    settings: {queued: true, minimum: 5}
    histograms:
      bio_req_latency:
        {unit: seconds, max_entries: 64, buckets: {type: explicit, bounds: [0, 0.1, 1]}}
      bio_req_size: {}
    metrics: {bio_errors: {max_entries: 7}}
  - object: /opt/mine/thing.bpf.o
)");
  ASSERT_EQ(config.programs.size(), 3u);
  EXPECT_EQ(config.programs[0].where, "f.yaml:2");
  const ProgramConfig& second = config.programs[1];
  EXPECT_EQ(second.name, "bio");
  EXPECT_EQ(second.as, "bio_seconds");
  EXPECT_EQ(second.where, "f.yaml:3");
  EXPECT_EQ(second.cgroup, "/a.slice");
  EXPECT_THAT(second.only, ElementsAre(Pair("device", ElementsAre("sda")),
                                       Pair("operation", ElementsAre("read", "write"))));
  EXPECT_THAT(second.settings, ElementsAre(Pair("minimum", "5"), Pair("queued", "true")));
  ASSERT_EQ(second.histograms.size(), 3u);
  EXPECT_EQ(second.histograms.at("bio_errors").max_entries, 7u);
  const HistogramConfig& latency = second.histograms.at("bio_req_latency");
  EXPECT_EQ(latency.unit, "seconds");
  EXPECT_EQ(latency.max_entries, 64u);
  EXPECT_EQ(latency.where, "f.yaml:9");
  ASSERT_TRUE(latency.buckets);
  EXPECT_THAT(latency.buckets->bounds, ElementsAre(0, 0.1, 1));
  EXPECT_FALSE(second.histograms.at("bio_req_size").buckets);
  EXPECT_FALSE(second.histograms.at("bio_req_size").max_entries);
  EXPECT_EQ(config.programs[2].object, "/opt/mine/thing.bpf.o");
  EXPECT_EQ(config.programs[2].name, "thing");
  EXPECT_EQ(config.programs[2].as, "thing");
}

TEST(ParseConfig, ReadsEveryTypeOfBuckets) {
  struct Case {
    const char* yaml;
    BucketsConfig want;
  };
  const Case cases[] = {
      {"{type: exp2, min: -2, max: 31}", {.type = "exp2", .min = -2, .max = 31, .bounds = {}}},
      {"{type: exp2, max: 15}", {.type = "exp2", .max = 15, .bounds = {}}},
      {"{type: exp2zero, min: 0, max: 9}", {.type = "exp2zero", .max = 9, .bounds = {}}},
      {"{type: linear, width: 0.5, count: 20}",
       {.type = "linear", .width = 0.5, .count = 20, .bounds = {}}},
      {"{type: explicit, bounds: [1, 2.5]}", {.type = "explicit", .bounds = {1, 2.5}}},
      {"{type: native}", {.type = "native", .bounds = {}}},
      {"{type: native, schema: -4, max_buckets: 160}",
       {.type = "native", .bounds = {}, .schema = -4, .max_buckets = 160}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const Config config =
        parsed("programs: [{name: bio, histograms: {m: {buckets: " + std::string(c.yaml) + "}}}]");
    EXPECT_EQ(config.programs.at(0).histograms.at("m").buckets, c.want);
  }
}

TEST(ParseConfig, ReadsAnEndpoint) {
  const Config config = parsed(R"(remote_write:
  - url: https://mimir.example/api/v1/push
    name: main
    headers: {X-Scope-OrgID: "${SITE}", X-Other: a b}
    remote_timeout: 5s
    basic_auth: {username: u, password_file: /etc/password}
    proxy_url: http://proxy:3128
    tls_config: {ca_file: /ca, cert_file: /cert, key_file: /key, min_version: TLS13,
                 insecure_skip_verify: true}
    queue_config: {max_samples_per_send: 500, min_backoff: 100ms, max_backoff: 10s,
                   max_bytes_per_second: 2KiB}
    strict: true
)");
  ASSERT_EQ(config.remote_write.size(), 1u);
  const RemoteWriteConfig& endpoint = config.remote_write[0];
  EXPECT_EQ(endpoint.url, "https://mimir.example/api/v1/push");
  EXPECT_EQ(endpoint.name, "main");
  EXPECT_THAT(endpoint.headers,
              ElementsAre(Pair("X-Scope-OrgID", "berlin"), Pair("X-Other", "a b")));
  EXPECT_EQ(endpoint.remote_timeout, milliseconds(5'000));
  EXPECT_EQ(endpoint.basic_auth, (BasicAuthConfig{"u", {"/etc/password"}}));
  EXPECT_FALSE(endpoint.authorization);
  EXPECT_EQ(endpoint.proxy, (ProxyConfig{"http://proxy:3128"}));
  EXPECT_EQ(endpoint.tls, (TlsConfig{"/ca", "/cert", "/key", "TLS13", true}));
  EXPECT_EQ(endpoint.queue, (QueueConfig{500, milliseconds(100), milliseconds(10'000), 2'048}));
  EXPECT_TRUE(endpoint.strict);
  EXPECT_EQ(endpoint.where, "f.yaml:2");
}

TEST(ParseConfig, NamesAnEndpointForItsHostAndPort) {
  const Config config = parsed(
      "remote_write:\n"
      "  - url: HTTP://[::1]:9090/write?x=1\n"
      "    authorization: {credentials_file: /token}\n"
      "  - {url: https://a.example, queue_config: {max_backoff: 2s}}\n");
  ASSERT_EQ(config.remote_write.size(), 2u);
  EXPECT_EQ(config.remote_write[0].name, "[::1]:9090");
  EXPECT_EQ(config.remote_write[0].authorization, (AuthorizationConfig{"Bearer", {"/token"}}));
  EXPECT_EQ(config.remote_write[1].name, "a.example");
  EXPECT_EQ(config.remote_write[1].queue.max_backoff, milliseconds(2'000));
  EXPECT_EQ(config.remote_write[1].tls, TlsConfig());
  EXPECT_FALSE(config.remote_write[1].strict);
}

}  // namespace
}  // namespace bpfpush
