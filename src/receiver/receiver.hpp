#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "receiver/routes.hpp"
#include "receiver/store.hpp"

namespace bpfpush {

// The limits on sizes are those of Prometheus 3.
struct ReceiverOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                             // 0: any free one
  std::size_t body_bytes_max = 32u << 20;             // compressed; more is answered 413
  std::size_t message_bytes_max = 32u << 20;          // decompressed; more is answered 400
  std::size_t series_max = 200'000;                   // further ones are counted and not stored
  std::size_t connections_max = 64;                   // further ones wait to be accepted
  std::chrono::milliseconds idle_timeout{300'000};    // of a connection between two requests
  std::chrono::milliseconds request_timeout{30'000};  // for a request to arrive, once begun
  std::vector<std::string> ignored_rules = {};        // names of rules that are not reported
  Misbehaviour misbehaviour = {};
  // The date; without it nobody looks for timestamps in the future.
  std::function<std::chrono::sys_time<std::chrono::milliseconds>()> wall_now = {};
};

// A receiver of remote write 1.0 and 2.0 for demonstrations and tests, which holds every request
// against the rules of the protocol. Not a database: it keeps the newest sample of every series.
//   POST /api/v1/write  204, or 400, 405, 413, 415 as Prometheus does, and why as text; of 2.0 with
//                       the Written headers
//   GET /metrics        what is held, as Prometheus text
//   GET /-/ready        200
class Receiver {
 public:
  // Binds and listens. kInvalidConfig if `address` is no IP address, else the system's error.
  static Result<Receiver> listen(const boost::asio::any_io_executor& executor,
                                 ReceiverOptions options);

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:PORT/api/v1/write"
  const Store& store() const { return store_; }

  // Called on the loop's thread for each request that is no GET of the two paths above, before it
  // is answered.
  void on_request(OnRequest callback) { on_request_ = std::move(callback); }

  // Called when an answer is out.
  void on_answer(std::function<void()> callback) { on_answer_ = std::move(callback); }

  // After run(): rules that what never arrived has broken.
  const std::vector<conformance::Finding>& missing() const { return missing_; }

  // Serves until cancelled, then closes the connections, and returns when the last one has ended.
  // While it runs, the receiver must be neither moved nor destroyed, unless the executor never runs
  // again.
  boost::asio::awaitable<void> run();

 private:
  Receiver(boost::asio::ip::tcp::acceptor acceptor, ReceiverOptions options);

  boost::asio::ip::tcp::acceptor acceptor_;
  ReceiverOptions options_;
  Store store_;
  OnRequest on_request_;
  std::function<void()> on_answer_;
  std::vector<conformance::Finding> missing_;
};

}  // namespace bpfpush
