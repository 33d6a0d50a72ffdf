#include "support/victoria_metrics_server.hpp"

namespace bpfpush {

std::vector<std::string> VictoriaMetricsServer::arguments(
    const std::string& address, const TemporaryDirectory& directory) const {
  std::vector<std::string> all = {
      "-storageDataPath=" + (directory.path() / "data").string(),
      "-httpListenAddr=" + address,
      "-retentionPeriod=2d",
      "-memory.allowedBytes=512MiB",
      // A query is to see what has just arrived.
      "-search.latencyOffset=0s",
      "-search.disableCache",
  };
  all.insert(all.end(), more_.begin(), more_.end());
  return all;
}

// It remembers for ten seconds which series a selector had, so a test that polls for a new series
// would see it that much later. A matcher that always holds and never repeats makes every query a
// new one.
std::string VictoriaMetricsServer::prepare(const std::string& promql) const {
  const std::string matcher = "{query!=\"" + std::to_string(++queries_) + "\",";
  std::string prepared;
  for (const char c : promql) {
    if (c == '{')
      prepared += matcher;
    else
      prepared += c;
  }
  return prepared;
}

}  // namespace bpfpush
