// What happens around the agent's life: a receiver that dies, a signal to end, the cost of being
// there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "e2e/bio_stage.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

// Built for users: optimised, and not by the rules of a sanitizer.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
constexpr bool kIsShippedBuild = true;
#else
constexpr bool kIsShippedBuild = false;
#endif

constexpr std::size_t kResidentBytesMax = 10'000'000;

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Takes the place of a receiver and hangs up on everyone. Returns the number of those who called
// within `duration`.
int hang_up(std::uint16_t port, std::chrono::milliseconds duration) {
  const auto listener = listen_on_loopback(port).value();
  int callers = 0;
  eventually(duration, [&listener, &callers] {
    pollfd waiting{.fd = listener.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 0) == 1) {
      const FileDescriptor caller(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      callers += 1;
    }
    return false;
  });
  return callers;
}

class LifetimeE2e : public BioStage {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    set_up(std::make_unique<PrometheusServer>());
  }
};

TEST_F(LifetimeE2e, NothingIsLostWhileTheReceiverIsDead) {
  ASSERT_NO_FATAL_FAILURE(start_agent({}));
  disk().write({.count = 5, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");

  server().kill_now();
  const double died = unix_seconds();
  disk().write({.count = 7, .bytes = 4096}).value();
  disk().read({.count = 2, .bytes = 512}).value();
  EXPECT_GT(hang_up(server().port(), 3s), 0);
  const double back = unix_seconds();
  server().start().value();
  disk().write({.count = 11, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
  expect_kernel_counts("ebpf_bio_req_size");

  const auto answer =
      server().query(selector("ebpf_bio_req_latency_count", "write") + "[10m]").value();
  ASSERT_EQ(answer.size(), 1u);
  double increases = 0;
  int in_the_outage = 0;
  double last = 0;
  for (const PromPoint& point : answer.front().points) {
    EXPECT_GE(point.value, last);
    increases += point.value - last;
    in_the_outage += point.time > died && point.time < back;
    last = point.value;
  }
  EXPECT_EQ(increases, static_cast<double>(done().writes));
  EXPECT_GE(in_the_outage, 2) << "snapshots of the outage were not delivered after it";
}

TEST_F(LifetimeE2e, TheLastReadIsDeliveredBeforeTheEnd) {
  // Right after a push, so that the next regular one is 5 s away and only the end can deliver what
  // comes now.
  ASSERT_NO_FATAL_FAILURE(start_agent({.urls = {}, .push_interval = "5s"}));
  disk().write({.count = 1, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");

  disk().write({.count = 17, .bytes = 4096}).value();
  agent().kill(SIGTERM);
  EXPECT_EQ(agent().wait(4s), 0) << agent().errors();
  EXPECT_THAT(value_of(selector("ebpf_bio_req_latency_count", "write")), Optional(18));
}

TEST_F(LifetimeE2e, TheEndDoesNotWaitForADeadReceiver) {
  ASSERT_NO_FATAL_FAILURE(start_agent({}));
  server().kill_now();
  disk().write({.count = 1, .bytes = 4096}).value();
  agent().kill(SIGTERM);
  const auto exit_code = agent().wait(kEnd);
  ASSERT_TRUE(exit_code) << "still running: " << agent().errors();
  EXPECT_LT(*exit_code, 128) << "ended by a signal: " << agent().errors();
}

TEST_F(LifetimeE2e, AnUnresolvableEndpointDoesNotHinderTheOther) {
  const std::string bad = "http://nosuch.invalid/api/v1/write";
  ASSERT_NO_FATAL_FAILURE(start_agent({.urls = {bad, server().write_url()}}));
  disk().write({.count = 3, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
  const auto is_said = [this] {
    return agent().errors().find("nosuch.invalid") != std::string::npos;
  };
  EXPECT_TRUE(eventually(kDelivery, is_said)) << agent().errors();
  EXPECT_TRUE(agent().running());
}

TEST_F(LifetimeE2e, ACertificateThatNobodySignedIsSaidAndDoesNotHinderTheOther) {
  REQUIRE_OF_MACHINE(require_program("openssl"));
  const TemporaryDirectory directory;
  const std::string port = std::to_string(free_port().value());
  const std::string script =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 "
      "-keyout key.pem -out cert.pem 2>req.log && "
      "exec openssl s_server -accept 127.0.0.1:" +
      port + " -key key.pem -cert cert.pem -quiet";
  const auto tls_server =
      Process::start({.command = {"sh", "-c", "cd \"$0\" && " + script, directory.path().string()},
                      .output = directory.path() / "openssl",
                      .environment = {}})
          .value();

  const std::string bad = "https://127.0.0.1:" + port + "/api/v1/write";
  ASSERT_NO_FATAL_FAILURE(start_agent({.urls = {bad, server().write_url()}}));
  disk().write({.count = 3, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
  const auto is_said = [this] { return agent().errors().find("certificate") != std::string::npos; };
  EXPECT_TRUE(eventually(kDelivery, is_said)) << agent().errors() << tls_server.errors();
  EXPECT_TRUE(agent().running());
}

TEST_F(LifetimeE2e, StartsSoonAndStaysSmall) {
  const TemporaryDirectory directory;
  const std::string file =
      directory.write("bpfpush.yaml", to_yaml({.urls = {server().write_url()}}));
  const auto begin = std::chrono::steady_clock::now();
  auto process = start_bpfpush(directory, {"run", "--config", file}).value();
  const auto arrived = [this, &process] {
    return !process.running() || !disk().read({.count = 1}) ||
           value_of("count({instance=\"e2e\"})").has_value();
  };
  ASSERT_TRUE(eventually(kDelivery, arrived)) << process.errors();
  const std::chrono::duration<double, std::milli> start = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(process.running()) << process.errors();
  const std::size_t resident = process.resident_bytes();

  RecordProperty("start_to_first_push_ms", static_cast<int>(start.count()));
  RecordProperty("resident_kib", static_cast<int>(resident / 1024));
  std::printf("start to first push: %.0f ms; resident: %zu KiB\n", start.count(), resident / 1024);
  EXPECT_LT(start, 15s);
  EXPECT_GT(resident, 0u);
  if (kIsShippedBuild) {
    EXPECT_LE(resident, kResidentBytesMax);
  }
}

}  // namespace
}  // namespace bpfpush
