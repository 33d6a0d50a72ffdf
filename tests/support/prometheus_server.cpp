#include "support/prometheus_server.hpp"

namespace bpfpush {

std::vector<std::string> PrometheusServer::arguments(const std::string& address,
                                                     const TemporaryDirectory& directory) const {
  const std::string config = directory.write("prometheus.yml", "scrape_configs: []\n");
  const std::string web_config = directory.write("web.yml", web_config_);
  return {
      "--config.file=" + config,
      "--storage.tsdb.path=" + (directory.path() / "data").string(),
      "--web.listen-address=" + address,
      "--web.enable-remote-write-receiver",
      "--enable-feature=native-histograms,exemplar-storage",
      "--log.level=warn",
      "--web.config.file=" + web_config,
  };
}

}  // namespace bpfpush
