#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "env/clock.hpp"

namespace bpfpush {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;  // names and values

// One POST to the endpoint that a Transport stands for. The caller keeps `body` alive until the
// answer is there.
struct HttpRequest {
  HttpHeaders headers;
  std::span<const std::byte> body;
};

// What a receiver of remote write 2.0 says that it has written, in headers that it must send.
struct WrittenCounts {
  std::optional<std::uint64_t> samples;
  std::optional<std::uint64_t> histograms;
  std::optional<std::uint64_t> exemplars;

  bool is_said() const { return samples || histograms || exemplars; }
};

// What came back. A status is data: the caller decides what it means.
struct HttpResponse {
  int status = 0;
  std::string body;  // at most the first 4 KiB, to be logged; see verdict.hpp
  std::optional<std::chrono::seconds> retry_after;
  std::optional<WallTime> date;  // when it was sent, by the server's clock
  std::string location;          // where a 3xx points; it is never followed
  WrittenCounts written = {};
};

// Carries requests to one endpoint, one at a time. The error is for when no complete answer came:
// not resolved, not connected, TLS refused, reset, timed out. Its context says which URL and what
// to do.
class Transport {
 public:
  virtual ~Transport() = default;

  // Cancelling the coroutine abandons the request, whose answer is then operation_aborted.
  virtual boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request) = 0;
};

}  // namespace bpfpush
