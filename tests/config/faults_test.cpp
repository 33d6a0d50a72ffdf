#include "config/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string faults_of(const std::string& yaml) {
  const Result<Config> config = parse_config(yaml, "f.yaml", environment_of());
  if (config) return "none";
  EXPECT_EQ(config.error().code, make_error_code(Errc::kInvalidConfig));
  return config.error().message();
}

// A file, the beginning of what is said of it, and some words of the rest.
struct Case {
  const char* yaml;
  const char* place;
  const char* words;
};

void expect_single_faults(std::span<const Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const std::string faults = faults_of(c.yaml);
    EXPECT_THAT(faults, StartsWith(c.place));
    EXPECT_THAT(faults, HasSubstr(c.words));
    EXPECT_EQ(faults.find('\n'), std::string::npos) << faults;
  }
}

TEST(ConfigFaults, NameLineKeyAndRemedyInTheGlobalSection) {
  const Case cases[] = {
      {"globl: {}", "f.yaml:1: globl: unknown key", "did you mean \"global\"?"},
      {"zzzzzz: 1", "f.yaml:1: zzzzzz: unknown key", "the keys here are global, programs"},
      {"\nglobal:\n  push_intervall: 1s", "f.yaml:3: global.push_intervall: ", "\"push_interval\""},
      {"globl:", "f.yaml:1: globl: unknown key", "global"},
      {"[]", "f.yaml:1: must be a mapping", "a list"},
      {"text", "f.yaml:1: must be a mapping", "a single value"},
      {"global: 3", "f.yaml:1: global: must be a mapping", "a single value"},
      {"global:\n  push_interval: 15", "f.yaml:2: global.push_interval: \"15\"", "15s"},
      {"global: {push_interval: 0}", "f.yaml:1: global.push_interval: 0ms", "at least 100ms"},
      {"global: {push_interval: 99ms}", "f.yaml:1: global.push_interval: 99ms", "at least 100ms"},
      {"global: {push_interval: [1s]}", "f.yaml:1: global.push_interval: ", "a list"},
      {"global: {namespace: a-b}", "f.yaml:1: global.namespace: ", "\"a-b\""},
      {"global: {namespace: ''}", "f.yaml:1: global.namespace: ", "letters"},
      {"global:\n  external_labels:\n    a-b: x",
       "f.yaml:3: global.external_labels.a-b: ", "label"},
      {"global: {external_labels: {1a: x}}", "f.yaml:1: global.external_labels.1a: ", "digit"},
      {"global: {external_labels: {__a: x}}", "f.yaml:1: global.external_labels.__a: ", "another"},
      {"global: {external_labels: {le: x}}", "f.yaml:1: global.external_labels.le: ", "another"},
      {"global: {external_labels: {a: }}", "f.yaml:1: global.external_labels.a: ", "nothing"},
      {"global: {external_labels: {a: {}}}", "f.yaml:1: global.external_labels.a: ", "a mapping"},
      {"global: {external_labels: {a: \xff}}", "f.yaml:1: global.external_labels.a: ", "UTF-8"},
      {"global:\n  external_labels: {a: \"${NO}\"}",
       "f.yaml:2: global.external_labels.a: ", "NO is not set"},
      {"log: {}\nglobal: {}\nlog: {}", "f.yaml:3: log: ", "twice"},
      {"global: {external_labels: {a: x, a: y}}", "f.yaml:1: global.external_labels.a: ", "twice"},
      {"spool: {max_bytes: 1KiB}", "f.yaml:1: spool.max_bytes: 1024 bytes are too few", "65536"},
      {"pin: perhaps", "f.yaml:1: pin: \"perhaps\"", "{path: DIR}"},
      {"pin: {path: run/x}", "f.yaml:1: pin.path: \"run/x\" is no absolute path", "/DIR"},
      {"spool: {paht: /x}", "f.yaml:1: spool.paht: unknown key", "path"},
      {"spool:\n  path: /x\n  max_bytes: 1MB",
       "f.yaml:3: spool.max_bytes: 1000000 bytes are too few", "1048576"},
      {"spool: {path: /x, sync: 0}", "f.yaml:1: spool.sync: ", "at least 100ms"},
      {"spool: {path: /x, sync: often}", "f.yaml:1: spool.sync: \"often\"", "always, never"},
      {"spool: {coarsest_step: 1ms}", "f.yaml:1: spool.coarsest_step: ", "at least 1000ms"},
      {"log: {level: loud}", "f.yaml:1: log.level: \"loud\"", "debug, info, warn, error"},
  };
  expect_single_faults(cases);
}

TEST(ConfigFaults, NameLineKeyAndRemedyInPrograms) {
  const Case cases[] = {
      {"programs: bio", "f.yaml:1: programs: must be a list", "a single value"},
      {"programs: []", "f.yaml:1: programs: is empty", "leave the key out"},
      {"programs:\n  - bio\n  - bio", "f.yaml:3: programs[1]: ", "`as`"},
      {"programs:\n  - bio\n  - {name: x, as: bio}", "f.yaml:3: programs[1]: ", "\"bio\""},
      {"programs: [[]]", "f.yaml:1: programs[0]: ", "a list"},
      {"programs: [{}]", "f.yaml:1: programs[0]: needs either a name", "object"},
      {"programs: [{ebpf_exporter: }]", "f.yaml:1: programs[0]: needs a dir and names", ""},
      {"programs: [{ebpf_exporter: {names: [a]}}]",
       "f.yaml:1: programs[0].ebpf_exporter: needs a dir", "folder"},
      {"programs: [{ebpf_exporter: {dir: /d}}]", "f.yaml:1: programs[0].ebpf_exporter: needs names",
       "folder"},
      {"programs:\n  - ebpf_exporter:\n      dir: /d\n      names: [a/b]",
       "f.yaml:4: programs[0].ebpf_exporter.names[0]: \"a/b\"", "a.yaml"},
      {"programs: [{ebpf_exporter: {dir: /d, names: [a, a]}}]",
       "f.yaml:1: programs[0]: a second program", "\"a\""},
      {"programs: [{ebpf_exporter: {dir: /d, names: [a]}, name: b}]",
       "f.yaml:1: programs[0].name: ", "ebpf_exporter"},
      {"programs: [{name: a, object: b}]", "f.yaml:1: programs[0]: needs either a name", "object"},
      {"programs: [{name: ''}]", "f.yaml:1: programs[0].name: is empty", "bio"},
      {"programs: [{object: /opt/}]", "f.yaml:1: programs[0].object: names no file", "path"},
      {"programs: [{name: a, as: b-c}]", "f.yaml:1: programs[0].as: \"b-c\"", "letters"},
      {"programs: [{name: a, setting: {}}]", "f.yaml:1: programs[0].setting: ", "\"settings\""},
      {"programs: [{name: a, cgroup: b}]", "f.yaml:1: programs[0].cgroup: ", "begins with /"},
      {"programs: [{name: a, only: {b: []}}]", "f.yaml:1: programs[0].only.b: ", "is empty"},
      {"programs: [{name: a, only: [b]}]", "f.yaml:1: programs[0].only: ", "a mapping"},
      {"programs: [{name: a, settings: {b: []}}]", "f.yaml:1: programs[0].settings.b: ", "a list"},
      {"programs: [{name: a, histograms: {m: {max_entries: 0}}}]",
       "f.yaml:1: programs[0].histograms.m.max_entries: 0 is out of range", "from 1 to"},
      {"programs: [{name: a, histograms: {m: {unit: [s]}}}]",
       "f.yaml:1: programs[0].histograms.m.unit: ", "a list"},
      {"programs: [{name: a, metrics: {m: {buckets: {}}}}]",
       "f.yaml:1: programs[0].metrics.m.buckets: ", "unknown key"},
      {"programs: [{name: a, histograms: {m: {}}, metrics: {m: {}}}]",
       "f.yaml:1: programs[0].metrics.m: stands under histograms too", "one place"},
  };
  expect_single_faults(cases);
}

TEST(ConfigFaults, NameWhatABucketTypeLacksAndWhatIsNotItsOwn) {
  const Case cases[] = {
      {"{}", "buckets: needs a type", "exp2"},
      {"{type: log2}", "buckets.type: \"log2\"", "exp2, exp2zero, linear, explicit, native"},
      {"{type: exp2}", "buckets: needs a max", "exponent"},
      {"{type: exp2, max: 65}", "buckets.max: 65 is out of range", "64"},
      {"{type: exp2, min: 5, max: 4}", "buckets.max: is below min", "<="},
      {"{type: exp2, max: 4, width: 1}", "buckets.width: unknown key", "type, min, max"},
      {"{type: exp2zero, max: 4, count: 1}", "buckets.count: unknown key", "type, min, max"},
      {"{type: linear, width: 1}", "buckets: needs a width and a count", "bounds"},
      {"{type: linear, width: 0, count: 2}", "buckets.width: must be above 0", ""},
      {"{type: linear, width: 1, count: 513}", "buckets.count: 513 is out of range", "512"},
      {"{type: linear, width: 1, count: 2, schema: 3}", "buckets.schema: unknown key", "width"},
      {"{type: explicit}", "buckets: needs bounds", "["},
      {"{type: explicit, bounds: []}", "buckets.bounds: needs at least one", "+Inf"},
      {"{type: explicit, bounds: 1}", "buckets.bounds: must be a list", "single"},
      {"{type: explicit, bounds: [1, x]}", "buckets.bounds[1]: \"x\"", "number"},
      {"{type: explicit, bounds: [1, 1]}", "buckets.bounds[1]: bounds must ascend", ""},
      {"{type: explicit, bounds: [-1]}", "buckets.bounds[0]: a bound is not negative", ""},
      {"{type: explicit, bounds: [1], max: 2}", "buckets.max: unknown key", "bounds"},
      {"{type: native, schema: 9}", "buckets.schema: 9 is out of range", "from -4 to 8"},
      {"{type: native, max_buckets: 0}", "buckets.max_buckets: 0 is out of range", "1"},
      {"{type: native, bounds: [1]}", "buckets.bounds: unknown key", "schema"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const std::string faults = faults_of(
        "programs: [{name: bio, histograms: {m: {buckets: " + std::string(c.yaml) + "}}}]");
    EXPECT_THAT(faults, StartsWith("f.yaml:1: programs[0].histograms.m." + std::string(c.place)));
    EXPECT_THAT(faults, HasSubstr(c.words));
    EXPECT_EQ(faults.find('\n'), std::string::npos) << faults;
  }
}

TEST(ConfigFaults, NameLineKeyAndRemedyOfEndpoints) {
  const Case cases[] = {
      {"remote_write: {url: x}", "f.yaml:1: remote_write: must be a list", "a mapping"},
      {"remote_write: [http://h/]", "f.yaml:1: remote_write[0]: must be a mapping", "single"},
      {"remote_write:\n  - {name: x}", "f.yaml:2: remote_write[0]: has no url", "https://"},
      {"remote_write:\n  - url:", "f.yaml:2: remote_write[0]: has no url", "https://"},
      {"remote_write:\n- url: http://h/a\n- url: http://h/b",
       "f.yaml:3: remote_write[1]: ", "\"h\""},
      {"remote_write: [{url: 'http://a/', name: x}, {url: 'http://b/', name: x}]",
       "f.yaml:1: remote_write[1]: a second endpoint", "\"x\""},
  };
  expect_single_faults(cases);
}

TEST(ConfigFaults, NameLineKeyAndRemedyInsideAnEndpoint) {
  const Case cases[] = {
      {"url: ftp://h/", "url: must begin with http", ""},
      {"url: h/api", "url: must begin with http", ""},
      {"url: ''", "url: must begin with http", ""},
      {"url: http:///x", "url: has no host", ""},
      {"url: http://h:0/", "url: has no host or a bad port", ""},
      {"url: http://h:99999/", "url: has no host or a bad port", ""},
      {"url: 'http://[::1/'", "url: has no host or a bad port", ""},
      {"url: http://h/a b", "url: has a space", "%20"},
      {"url: http://user:secret@h/", "url: has credentials in it", "basic_auth"},
      {"remote_timeout: 0", "remote_timeout: 0ms is too short", ""},
      {"queue_config: {max_samples_per_send: 0}", "queue_config.max_samples_per_send: 0", ""},
      {"queue_config: {min_backoff: 2s, max_backoff: 1s}", "queue_config.min_backoff: makes", "<="},
      {"queue_config: {min_backoff: 2m}", "queue_config.min_backoff: makes", "<="},
      {"queue_config: {max_backoff: 10ms}", "queue_config.max_backoff: makes", "<="},
      {"queue_config: {max_bytes_per_second: fast}", "queue_config.max_bytes_per_second: ", "fast"},
      {"queue_config: {max_bytes_per_day: 5}", "queue_config.max_bytes_per_day: is too little",
       "KB"},
      {"label_limit: -1", "label_limit: -1 is out of range", ""},
      {"strict: perhaps", "strict: \"perhaps\"", "true"},
      {"queue_config: {capacity: 1}", "queue_config.capacity: unknown key", "max_backoff"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const std::string given = c.yaml;
    const std::string url = given.starts_with("url:") ? "" : "    url: http://h/\n";
    const std::string faults = faults_of("remote_write:\n  -\n" + url + "    " + given);
    const std::string line = url.empty() ? "f.yaml:3" : "f.yaml:";
    EXPECT_THAT(faults, StartsWith(line));
    EXPECT_THAT(faults, HasSubstr(": remote_write[0]." + std::string(c.place)));
    EXPECT_THAT(faults, HasSubstr(c.words));
    EXPECT_EQ(faults.find('\n'), std::string::npos) << faults;
  }
}

TEST(ConfigFaults, NeverShowASecret) {
  const std::string faults =
      faults_of("remote_write:\n  - url: http://user:secret@h/\n    headers: {A: \"secret\\n\"}\n");
  EXPECT_THAT(faults, HasSubstr("url"));
  EXPECT_THAT(faults, HasSubstr("headers.A"));
  EXPECT_THAT(faults, testing::Not(HasSubstr("secret")));
}

TEST(ConfigFaults, AreAllReportedInTheOrderOfLines) {
  EXPECT_EQ(
      faults_of("log: {level: loud}\n"
                "remote_write:\n"
                "  - {name: x}\n"
                "global:\n"
                "  push_interval: 1\n"
                "  flush_timout: 1s\n"),
      "f.yaml:1: log.level: \"loud\" is none of debug, info, warn, error\n"
      "f.yaml:3: remote_write[0]: has no url; write the endpoint's, as in url: "
      "https://host/api/v1/write\n"
      "f.yaml:5: global.push_interval: \"1\" is no duration; write it as 15s, 1m30s or 250ms\n"
      "f.yaml:6: global.flush_timout: unknown key; did you mean \"flush_timeout\"?");
}

TEST(ConfigFaults, StandAtTheKeyWhoseBlockIsWrong) {
  EXPECT_THAT(faults_of("remote_wirte:\n  - url: http://h/\n"),
              HasSubstr("f.yaml:1: remote_wirte"));
  EXPECT_THAT(faults_of("\nremote_write:\n  url: http://h/\n"),
              HasSubstr("f.yaml:2: remote_write"));
}

TEST(ConfigFaults, AreCountedWhereTheyAreTooManyToShow) {
  std::string yaml;
  for (int i = 0; i < 60; ++i) yaml += "unknown" + std::to_string(i) + ": 1\n";
  const std::string faults = faults_of(yaml);
  EXPECT_THAT(faults, HasSubstr("f.yaml:50: unknown49: "));
  EXPECT_THAT(faults, testing::EndsWith("\nf.yaml: and 10 more faults"));
}

TEST(InQuotes, ShowsNoControlCharactersAndNoEndlessText) {
  EXPECT_EQ(in_quotes("a\nb\x1b"), "\"a?b?\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace bpfpush
