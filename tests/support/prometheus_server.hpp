#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/metrics_server.hpp"

namespace bpfpush {

// Prometheus as a remote-write receiver that scrapes nothing. With `web_config`, the text of a file
// of that name (https, users). The program "newer-prometheus" is a newer one, where it could be
// had.
class PrometheusServer final : public MetricsServer {
 public:
  explicit PrometheusServer(std::string web_config = "", std::string program = "prometheus")
      : MetricsServer({std::move(program), "/-/ready"}), web_config_(std::move(web_config)) {}

 private:
  std::vector<std::string> arguments(const std::string& address,
                                     const TemporaryDirectory& directory) const override;

  std::string web_config_;
};

}  // namespace bpfpush
