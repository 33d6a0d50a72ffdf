// Any bytes as a receiver's answer: it ends, and what comes of it is within the bounds that the
// sender reckons with.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <span>
#include <string>

#include "base/check.hpp"
#include "sender/curl_transport.hpp"
#include "support/fake_filesystem.hpp"
#include "support/manual_clock.hpp"
#include "support/mock_receiver.hpp"

namespace bpfpush {
namespace {

Result<HttpResponse> answer_to_a_push(const std::string& bytes) {
  boost::asio::io_context io{1};
  const FakeFilesystem files;
  ManualClock clock;
  MockReceiver receiver(io);
  CurlLoop loop(io.get_executor());
  CurlTransportOptions options;
  options.url = "http://user:secret@127.0.0.1:" + std::to_string(receiver.port()) + "/w?secret";
  const auto transport = CurlTransport::create(options, {loop, files, clock}).value();
  receiver.answer({.body = bytes, .manner = MockAnswer::Manner::kRaw});
  const std::string body = "body";
  std::optional<Result<HttpResponse>> reply;
  boost::asio::co_spawn(io, transport->post({{}, std::as_bytes(std::span(body))}),
                        [&reply](const std::exception_ptr& error, Result<HttpResponse> result) {
                          CHECK(!error);
                          reply = std::move(result);
                        });
  while (!reply) io.run_one();
  return *reply;
}

}  // namespace
}  // namespace bpfpush

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bpfpush;
  const auto reply = answer_to_a_push(std::string(reinterpret_cast<const char*>(data), size));
  if (!reply) {
    CHECK(reply.error().message().find("secret") == std::string::npos);
    return 0;
  }
  CHECK(reply->status >= 100 && reply->status <= 999);
  CHECK(reply->body.size() <= 4096);
  CHECK(!reply->retry_after || (*reply->retry_after > std::chrono::seconds(0) &&
                                *reply->retry_after <= std::chrono::hours(24)));
  const auto location = parse_endpoint_url(reply->location);
  CHECK(!location || !location->has_credentials);
  return 0;
}
