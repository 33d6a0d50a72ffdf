#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace bpfpush {

// How a MockReceiver answers one request.
struct MockAnswer {
  enum class Manner {
    kWhole,
    kByteByByte,   // each byte in a write of its own
    kThenClose,    // the whole answer, then the connection closes without a word
    kResetBefore,  // the connection is reset instead of an answer
    kResetInside,  // ... in the middle of the answer
    kHang,         // no answer until the client gives up
    kRaw,          // `body` and nothing else, then the connection closes
    kDrip,         // the answer without its end, then a header's byte now and then, for ever
    kEndless,      // headers without an end, as fast as they go
  };

  int status = 204;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  Manner manner = Manner::kWhole;
  bool quotes = false;  // the headers of the request follow in the body
};

struct MockRequest {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The value of the header, spelled so; empty if there is none.
  std::string header(const std::string& name) const;
};

// An HTTP/1.1 server that does as it is told, on the loop of the test. It must outlive the loop's
// last turn.
class MockReceiver {
 public:
  explicit MockReceiver(boost::asio::io_context& io, const boost::asio::ip::address& address =
                                                         boost::asio::ip::address_v4::loopback());

  std::uint16_t port() const;
  std::string url() const;  // "http://ADDRESS:PORT/api/v1/write"

  // Answers are given in the order of these calls; a request beyond them is answered 204.
  void answer(MockAnswer answer) { script_.push_back(std::move(answer)); }

  const std::vector<MockRequest>& requests() const { return requests_; }
  int connections() const { return connections_; }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
  MockAnswer next_answer();

  boost::asio::ip::tcp::acceptor acceptor_;
  std::deque<MockAnswer> script_;
  std::vector<MockRequest> requests_;
  int connections_ = 0;
};

}  // namespace bpfpush
