#pragma once

#include <string>
#include <vector>

#include "support/metrics_server.hpp"

namespace bpfpush {

// Prometheus as a remote-write receiver that scrapes nothing.
class PrometheusServer final : public MetricsServer {
 public:
  PrometheusServer() : MetricsServer({"prometheus", "/-/ready"}) {}

 private:
  std::vector<std::string> arguments(const std::string& address,
                                     const TemporaryDirectory& directory) const override;
};

}  // namespace bpfpush
