#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "receiver/checker.hpp"
#include "receiver/misbehaviour.hpp"
#include "receiver/request_head.hpp"
#include "receiver/store.hpp"

namespace bpfpush {

// One write request and what became of it, for whoever wants to show what arrives.
struct ReceivedRequest {
  std::size_t number = 0;  // from 1
  unsigned status = 0;     // 0: the connection was reset instead
  std::string error;       // what the answer says is wrong
  std::optional<WriteVersion> version;
  std::size_t body_bytes = 0;
  std::size_t message_bytes = 0;  // decompressed
  // What was stored.
  std::size_t series = 0;
  std::size_t samples = 0;
  std::size_t histograms = 0;
  std::size_t exemplars = 0;
  std::vector<conformance::Finding> findings;

  bool is_stored() const { return status / 100 == 2; }
};
using OnRequest = std::function<void(const ReceivedRequest&)>;

struct Reply {
  unsigned status = 200;
  std::string body = "";
  std::string_view content_type = "text/plain; charset=utf-8";         // a literal
  std::string_view allow = "";                                         // a 405's Allow; a literal
  std::vector<std::pair<std::string_view, std::string>> headers = {};  // others; names are literals
  bool resets = false;                // the connection, instead of an answer
  std::chrono::milliseconds delay{};  // to wait before it
};

// The answer to a request that is refused whatever its body is: 404, 405 or 415. Nothing if the
// body decides. With `only`, the other version is refused.
std::optional<Reply> refuse(const RequestHead& head,
                            std::optional<WriteVersion> only = std::nullopt);

struct RoutesOptions {
  std::size_t message_bytes_max = 0;
  std::size_t series_max = 0;
  std::vector<std::string> ignored_rules = {};
  Misbehaviour misbehaviour = {};
  // The date; without it nobody looks for timestamps in the future.
  std::function<std::chrono::sys_time<std::chrono::milliseconds>()> wall_now = {};
  std::function<void()> on_answer = {};  // when an answer is out
};

// The answers of a receiver, without a network: the same pure decisions for every connection, the
// store they fill, and what is known of the senders. The store and the callback must outlive it.
class Routes {
 public:
  Routes(Store& store, const OnRequest& on_request, RoutesOptions options);

  Reply answer(const RequestHead& head, std::span<const std::byte> body);

  // As refuse(), for a sender that waits for a word before it sends its body.
  std::optional<Reply> refuse_early(const RequestHead& head);

  // A request that could not be read was answered so.
  void note_unread(unsigned status, const std::string& error);

  void note_answered() const {
    if (options_.on_answer) options_.on_answer();
  }

  // No more requests will come: what is known to be missing now.
  std::vector<conformance::Finding> finish();

 private:
  Reply write(const RequestHead& head, std::span<const std::byte> body);
  Reply write_body(const RequestHead& head, std::span<const std::byte> body,
                   ReceivedRequest& request, conformance::Findings& findings);
  Reply write_message(const WriteMessage& message, ReceivedRequest& request,
                      conformance::Findings& findings);
  void store_series(const ReceivedSeries& series, ReceivedRequest& request);
  Reply misbehave(Reply reply);
  void report(ReceivedRequest& request, const Reply& reply, conformance::Findings findings);

  Store& store_;
  const OnRequest& on_request_;
  RoutesOptions options_;
  ForcedAnswers forced_;
  std::optional<unsigned> forced_now_;  // for the request at hand
  conformance::Checker checker_;
  std::size_t requests_ = 0;
};

}  // namespace bpfpush
