#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/connection_config.hpp"
#include "config/exporter_config.hpp"
#include "config/label_config.hpp"
#include "config/relabel_config.hpp"

namespace bpfpush {

// The configuration as plain values, defaults filled in. configs/bpfpush.yaml describes every key.

struct BucketsConfig {
  std::string type;  // exp2, exp2zero, linear, explicit, native
  int min = 0;       // exp2, exp2zero: exponents
  int max = 0;
  double width = 0;  // linear
  int count = 0;
  std::vector<double> bounds;  // explicit
  int schema = 3;              // native
  int max_buckets = 400;

  friend bool operator==(const BucketsConfig&, const BucketsConfig&) = default;
};

struct HistogramConfig {
  std::optional<std::string> unit;
  std::optional<BucketsConfig> buckets;
  std::optional<std::size_t> max_entries;
  std::string where;  // "FILE:LINE", for messages
};

struct SlotsConfig {
  std::size_t offset = 0;
  std::size_t count = 0;
  std::size_t size = 4;
};

// A map that another process made, and the metric it is. Either it is pinned or it has an id.
struct MapConfig {
  std::string pinned;
  std::uint32_t id = 0;
  std::string name;
  std::string help;
  std::string type = "histogram";  // or counter, gauge
  std::string unit;                // shown
  std::string measured_unit;       // counted; empty: as shown
  std::optional<BucketsConfig> buckets;
  std::optional<SlotsConfig> slots;
  std::optional<ExporterBucketsConfig> entries;  // an entry for each bucket, the last label
  std::string value;  // the member of the map's value that is the counter or gauge
  std::optional<std::vector<LabelConfig>> labels;
  std::string where;
};

struct ProgramConfig {
  std::string name;    // a built-in program's, the object file's stem, or a configuration's
  std::string object;  // path of an object file; empty for a built-in program
  // The folder with `name`.yaml and `name`.bpf.o, where that is a configuration of ebpf_exporter's.
  std::string exporter_dir;
  bool drop_last_finite_bucket = false;  // of its histograms
  std::string
      as;  // what to call it where the same program runs twice, in other bounds; default: `name`
  std::string cgroup;  // observe only what is in it or below; empty: all
  std::map<std::string, std::vector<std::string>> only;  // by label: observe these values only
  std::map<std::string, std::string> settings;           // the program's own switches, by name
  std::map<std::string, HistogramConfig> histograms;     // by map name; counters and gauges too
  std::vector<MapConfig> maps;                           // of others; then it is nothing else
  std::string where;                                     // as a histogram's
};

struct QueueConfig {
  std::size_t max_samples_per_send = 10'000;
  std::chrono::milliseconds min_backoff{1'000};
  std::chrono::milliseconds max_backoff{60'000};
  std::size_t max_bytes_per_second = 0;  // 0: no limit
  std::size_t max_bytes_per_day = 0;     // likewise

  friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

// What an endpoint is sent.
struct ProtocolConfig {
  std::string protobuf_message = "auto";  // or a message's name
  std::string compression = "snappy";     // or zstd
  std::string histograms = "classic";     // or native, custom, both
  std::size_t native_histogram_bucket_limit = 160;
  bool custom_histograms_over_1 = false;  // against the protocol

  friend bool operator==(const ProtocolConfig&, const ProtocolConfig&) = default;
};

struct RemoteWriteConfig {
  std::string url;
  std::string name;  // distinct; the URL's host and port where none is given
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds remote_timeout{30'000};
  // One of these at most.
  std::optional<BasicAuthConfig> basic_auth;
  std::optional<AuthorizationConfig> authorization;
  std::optional<OAuth2Config> oauth2;
  std::optional<SigV4Config> sigv4;
  ProxyConfig proxy;
  TlsConfig tls;
  bool enable_http2 = true;  // where TLS offers it
  std::vector<RelabelConfig> write_relabel;
  std::size_t label_limit = 30;                  // of a series; 0: none
  std::size_t label_value_length_limit = 2'048;  // bytes; 0: none
  QueueConfig queue;
  ProtocolConfig protocol;
  bool strict = false;  // drop what is refused with 401, 403 or 404
  std::string where;
};

// Where snapshots wait while an endpoint is away: in a directory, or in memory.
struct SpoolConfig {
  std::string path;  // empty: in memory
  std::size_t max_bytes =
      16u << 20;  // then the oldest goes; with a path, 64 MiB, and thinned first
  std::optional<std::chrono::milliseconds> sync{5'000};  // 0: after every write; nothing: never
  std::chrono::milliseconds coarsest_step = std::chrono::hours(1);
  std::string where;  // of `path`

  friend bool operator==(const SpoolConfig&, const SpoolConfig&) = default;
};

// Whether maps and programs outlive the agent, and where they are pinned.
struct PinConfig {
  bool enabled = false;
  std::string path;   // an absolute one, on a BPF file system
  std::string where;  // "FILE:LINE", for messages
};

// Where they are unless the configuration says otherwise: agents of two namespaces do not meet.
std::string default_pin_path(const std::string& metric_namespace);

struct LogConfig {
  std::string level = "info";  // debug, info, warn, error

  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

struct Config {
  std::chrono::milliseconds push_interval{15'000};
  std::chrono::milliseconds flush_timeout{5'000};  // at exit
  bool stale_markers_at_exit = false;              // every series ends with the agent
  std::string metric_namespace = "ebpf";           // `global.namespace`
  // Distinct valid names. "job" and "instance" are among them unless the file gives them; an empty
  // value, which is the same as no label, takes them away.
  std::vector<std::pair<std::string, std::string>> external_labels;
  std::vector<ProgramConfig> programs;
  std::vector<RemoteWriteConfig> remote_write;
  SpoolConfig spool;
  PinConfig pin;
  LogConfig log;
};

// The value of an environment variable, or nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Reads a configuration from YAML text. It may name no endpoint: not every command needs one.
// `file` is what messages call it: every one begins "FILE:LINE: " and names the key, what is wrong,
// and what would be right. All faults of the file are reported, one a line, not just the first.
Result<Config> parse_config(const std::string& yaml, const std::string& file,
                            const Environment& environment);

// The process's environment. HOSTNAME is there even where the shell did not export it.
Environment process_environment();

}  // namespace bpfpush
