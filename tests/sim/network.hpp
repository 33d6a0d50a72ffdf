#pragma once

#include <optional>

#include "sender/transport.hpp"
#include "sim/dice.hpp"
#include "sim/receiver.hpp"
#include "sim/sky.hpp"
#include "sim/trouble.hpp"

namespace bpfpush::sim {

// The way to one receiver, which outlives the agents that use it.
struct Way {
  Receiver& receiver;
  std::chrono::nanoseconds latency{};
  std::optional<Trouble> trouble = {};
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
};

// One agent's connection over it.
class SimTransport final : public Transport {
 public:
  // All outlive this.
  SimTransport(Way& way, Dice& dice, Clock& clock, Sky& sky)
      : way_(way), dice_(dice), clock_(clock), sky_(sky) {}

  boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request) override;

 private:
  HttpResponse refuse(int status);

  Way& way_;
  Dice& dice_;
  Clock& clock_;
  Sky& sky_;
};

}  // namespace bpfpush::sim
