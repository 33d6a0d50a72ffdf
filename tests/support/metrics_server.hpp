#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "support/process.hpp"
#include "support/promql.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {

// A real receiver on a port of 127.0.0.1, its data in a temporary folder.
class MetricsServer {
 public:
  virtual ~MetricsServer() = default;

  // Returns when it is ready. After kill_now() it starts on the same port and the same data.
  Result<void> start();

  // As a power cut ends it.
  void kill_now();

  std::uint16_t port() const { return port_; }
  std::string url() const;
  std::string write_url() const { return url() + "/api/v1/write"; }

  // The answer of an instant query, now.
  Result<std::vector<PromSeries>> query(const std::string& promql) const;

 protected:
  struct Program {
    std::string name;
    std::string ready_path;
  };
  explicit MetricsServer(Program program) : program_(std::move(program)) {}

  // The arguments to listen on `address` and keep everything in `directory`.
  virtual std::vector<std::string> arguments(const std::string& address,
                                             const TemporaryDirectory& directory) const = 0;

  // The query as it is sent.
  virtual std::string prepare(const std::string& promql) const { return promql; }

 private:
  bool is_ready() const;

  Program program_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  std::optional<Process> process_;
};

}  // namespace bpfpush
