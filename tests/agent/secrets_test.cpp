// An agent with every kind of secret, all of which go wrong as loudly as they can: none is to be
// found in what it logs and what it pushes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <map>

#include "agent/agent.hpp"
#include "agent/curl_transports.hpp"
#include "base/log.hpp"
#include "env/asio_clock.hpp"
#include "support/fake_filesystem.hpp"
#include "support/fixed_random.hpp"
#include "support/mock_receiver.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// Every secret below has this in it.
constexpr const char* kSecret = "hunter2";

constexpr const char* kYaml = R"(
log: {level: debug}
remote_write:
  - {url: "${URL}?token=hunter2-url", name: basic,
     basic_auth: {username: u, password: "${PASSWORD}"}}
  - {url: "${URL}", name: bearer, authorization: {credentials_file: /token}}
  - {url: "${URL}", name: open, authorization: {credentials_file: /open}}
  - {url: "${URL}", name: header, headers: {X-Api-Key: "${PASSWORD}"}}
  - {url: "${URL}", name: oauth2,
     oauth2: {client_id: c, client_secret: "${PASSWORD}", token_url: "${ISSUER}"}}
  - {url: "${URL}", name: sigv4,
     sigv4: {region: r, access_key: a, secret_key: "${PASSWORD}", session_token: "${PASSWORD}"}}
  - {url: "${URL}", name: proxy, proxy_url: "http://u:${PASSWORD}@127.0.0.1:9/"}
  - {url: "https://127.0.0.1:9/", name: tls, bearer_token_file: /token,
     tls_config: {insecure_skip_verify: true}}
)";

Config parsed(const MockReceiver& receiver, const MockReceiver& issuer) {
  const std::map<std::string, std::string> variables = {{"URL", receiver.url()},
                                                        {"ISSUER", issuer.url()},
                                                        {"PASSWORD", "hunter2-variable"},
                                                        {"HOSTNAME", "edge-1"}};
  return parse_config(kYaml, "f.yaml",
                      [&](const std::string& name) -> std::optional<std::string> {
                        const auto found = variables.find(name);
                        if (found == variables.end()) return std::nullopt;
                        return found->second;
                      })
      .value();
}

// A receiver that refuses everything, and quotes in its answer what it was sent.
void answer_with_quotes(MockReceiver& receiver) {
  for (int i = 0; i < 100; ++i) {
    receiver.answer({.status = i % 2 == 0 ? 401 : 500, .quotes = true});
  }
}

// All that is pushed, as text.
std::string bodies_of(const MockReceiver& receiver) {
  std::string all;
  for (const MockRequest& request : receiver.requests()) {
    std::string message;
    EXPECT_TRUE(snappy::Uncompress(request.body.data(), request.body.size(), &message));
    all += message;
  }
  return all;
}

TEST(Secrets, ReachNeitherTheLogNorTheMetrics) {
  boost::asio::io_context io{1};
  MockReceiver receiver(io);
  MockReceiver issuer(io);
  answer_with_quotes(receiver);
  issuer.answer({.status = 503, .body = "hunter2-variable"});
  for (int i = 0; i < 100; ++i) {
    issuer.answer({.status = 200, .body = R"({"access_token":"hunter2-issued"})"});
  }
  FakeFilesystem files;
  files.files = {{"/token", "hunter2-token"}, {"/open", "hunter2-open"}};
  files.world_readable = {"/open"};
  AsioClock clock;
  FixedRandom random{0};
  Collector collector("ebpf", files);
  CurlLoop loop(io.get_executor());
  Config config = parsed(receiver, issuer);
  config.flush_timeout = 100ms;
  for (RemoteWriteConfig& endpoint : config.remote_write) {
    endpoint.queue.min_backoff = endpoint.queue.max_backoff = 20ms;
    // Whose first request names all metrics, also where it only asks for the date.
    endpoint.protocol.protobuf_message = "prometheus.WriteRequest";
  }

  log::set_level(log::Level::kDebug);
  testing::internal::CaptureStderr();
  const AgentParts parts{clock, random, collector};
  const auto agent =
      Agent::create(config, io.get_executor(), parts, curl_transports(loop, files, clock)).value();
  bool ended = false;
  boost::asio::co_spawn(io, agent->run(), [&ended](const std::exception_ptr& error) {
    ended = true;
    if (error) std::rethrow_exception(error);
  });
  const BootTime deadline = clock.now() + 20s;
  while (receiver.requests().size() < 30 && clock.now() < deadline) io.run_one_for(1s);
  agent->stop();
  while (!ended && clock.now() < deadline) io.run_one_for(1s);
  const std::string log = testing::internal::GetCapturedStderr();
  log::set_level(log::Level::kInfo);

  EXPECT_TRUE(ended);
  for (const char* endpoint :
       {"basic", "bearer", "open", "header", "oauth2", "sigv4", "proxy", "tls"}) {
    EXPECT_THAT(log, HasSubstr(std::string("endpoint=") + endpoint)) << "it says what went wrong";
  }
  EXPECT_THAT(log, HasSubstr("chmod o-r"));
  EXPECT_THAT(log, HasSubstr("insecure_skip_verify"));
  EXPECT_THAT(log, HasSubstr("Authorization: Bearer <secret>"));
  EXPECT_THAT(log, Not(HasSubstr(kSecret)));
  EXPECT_THAT(log, Not(HasSubstr("dTpodW50ZXIy"))) << "nor as Basic sends it";
  const std::string bodies = bodies_of(receiver);
  EXPECT_THAT(bodies, HasSubstr("bpfpush_sender_requests_total"));
  EXPECT_THAT(bodies, Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace bpfpush
