#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/metrics_server.hpp"

namespace bpfpush {

// VictoriaMetrics, one node. It keeps what it received in memory for seconds: kill_now() loses
// that.
class VictoriaMetricsServer final : public MetricsServer {
 public:
  // The program "newer-victoria-metrics" is there where it could be had.
  explicit VictoriaMetricsServer(std::vector<std::string> more_arguments = {},
                                 std::string program = "victoria-metrics")
      : MetricsServer({std::move(program), "/health"}), more_(std::move(more_arguments)) {}

 private:
  std::vector<std::string> more_;
  std::vector<std::string> arguments(const std::string& address,
                                     const TemporaryDirectory& directory) const override;
  std::string prepare(const std::string& promql) const override;

  mutable int queries_ = 0;
};

}  // namespace bpfpush
