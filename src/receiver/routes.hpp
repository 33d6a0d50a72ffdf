#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "receiver/store.hpp"

namespace bpfpush {

// One accepted request, for whoever wants to show what arrives.
struct ReceivedRequest {
  std::size_t body_bytes = 0;
  std::size_t message_bytes = 0;  // decompressed
  std::size_t samples = 0;
  std::size_t series = 0;
};
using OnRequest = std::function<void(const ReceivedRequest&)>;

// What of a request's head decides about it. The views are of the request.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> content_encoding;
};

struct Reply {
  unsigned status = 200;
  std::string body = "";
  std::string_view content_type = "text/plain; charset=utf-8";  // a literal
  std::string_view allow = "";                                  // a 405's Allow; a literal
};

// The answer to a request that is refused whatever its body is: 404, 405 or 415. Nothing if the
// body decides.
std::optional<Reply> refuse(const RequestHead& head);

// The answers of a receiver, without a network: the same pure decisions for every connection, and
// the store they fill. The store and the callback must outlive it.
class Routes {
 public:
  Routes(Store& store, const OnRequest& on_request, std::size_t message_bytes_max)
      : store_(store), on_request_(on_request), message_bytes_max_(message_bytes_max) {}

  Reply answer(const RequestHead& head, std::span<const std::byte> body);

 private:
  Reply write(std::span<const std::byte> body);

  Store& store_;
  const OnRequest& on_request_;
  std::size_t message_bytes_max_;
};

}  // namespace bpfpush
