#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probe/probe.hpp"

namespace bpfpush {

// The bytes of tests/bpf/objects/NAME.bpf.c, compiled.
std::vector<std::byte> test_object(const std::string& name);

// Options to open it with.
ProbeOptions test_object_options(const std::string& name, const std::vector<std::byte>& object);

// observe.bpf.c, loaded: what it is told to observe, and what its map then holds.
class Observer {
 public:
  explicit Observer(const HistogramOptions& histogram = {},
                    const std::map<std::string, std::string>& settings = {});

  const MetricMap& histogram() const { return probe_.metrics().front(); }
  Probe& probe() { return probe_; }

  // Makes the kernel observe `value` for the key `id`, `count` times, on the CPU that calls.
  void observe(std::uint32_t id, std::uint64_t value, std::uint32_t count = 1);

  // The rows by id; fails the test if the map cannot be read.
  std::map<std::uint32_t, std::vector<std::uint64_t>> rows();
  std::vector<std::uint64_t> overflow();

 private:
  Probe probe_;
  int program_ = -1;
};

}  // namespace bpfpush
