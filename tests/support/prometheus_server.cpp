#include "support/prometheus_server.hpp"

namespace bpfpush {

std::vector<std::string> PrometheusServer::arguments(const std::string& address,
                                                     const TemporaryDirectory& directory) const {
  const std::string config = directory.write("prometheus.yml", "scrape_configs: []\n");
  return {
      "--config.file=" + config,
      "--storage.tsdb.path=" + (directory.path() / "data").string(),
      "--web.listen-address=" + address,
      "--web.enable-remote-write-receiver",
      "--enable-feature=native-histograms,exemplar-storage",
      "--log.level=warn",
  };
}

}  // namespace bpfpush
