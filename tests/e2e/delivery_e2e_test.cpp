// A sender towards real receivers that will not take what it has: too old, too large, or not from
// us.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "env/asio_clock.hpp"
#include "env/posix_filesystem.hpp"
#include "env/system_random.hpp"
#include "sender/curl_transport.hpp"
#include "sender/sender.hpp"
#include "spool/memory_spool.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"
#include "support/victoria_metrics_server.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr auto kTimeout = 60s;

// One host's sender, and the loop it runs on.
class Host {
 public:
  Host(const std::string& name, CurlTransportOptions options)
      : encoder_({.writing = {{{{"instance", name}}}}}),
        transport_(CurlTransport::create(std::move(options), {curl_, filesystem_, clock_}).value()),
        sender_({.endpoint = "main", .headers = {}, .backoff = {100ms, 200ms}},
                {spool_, encoder_, *transport_, clock_, random_, stopping_}) {
    spawn(sender_.run());
  }

  // A snapshot as it was taken so long ago.
  void append(std::chrono::milliseconds ago, std::size_t series = 1) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->instant = {clock_.now().time_since_epoch() - ago, clock_.wall_now() - ago,
                         clock_.boot_id(), clock_.is_synchronized()};
    snapshot->families.push_back({.family = family_, .series = {}, .values = {}});
    for (std::size_t i = 0; i < series; ++i) {
      auto one = std::make_shared<Series>();
      one->label_values = {std::to_string(i)};
      snapshot->families[0].append(std::move(one))[0] = ++value_;
    }
    spawn(spool_.append(std::move(snapshot)));
  }

  template <typename Condition>
  testing::AssertionResult becomes(Condition condition) {
    const BootTime deadline = clock_.now() + kTimeout;
    while (!condition() && clock_.now() < deadline) {
      io_.restart();
      io_.run_for(20ms);
    }
    return condition() ? testing::AssertionSuccess() : testing::AssertionFailure();
  }
  testing::AssertionResult everything_goes() {
    io_.restart();
    io_.poll();
    return becomes([this] { return sender_.backlog().pending_snapshots == 0; });
  }

  const SenderCounters& counters() const { return sender_.counters(); }
  std::uint64_t rejected_as(Refusal refusal) const {
    return counters().samples_rejected[static_cast<std::size_t>(refusal)];
  }

 private:
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(io_, std::move(work), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
  }

  static std::shared_ptr<const Family> make_family() {
    auto family = std::make_shared<Family>();
    family->name = "operations_total";
    family->label_names = {"index"};
    return family;
  }

  PosixFilesystem filesystem_;
  AsioClock clock_;
  SystemRandom random_;
  asio::io_context io_{1};
  CurlLoop curl_{io_.get_executor()};
  MemorySpool spool_{io_.get_executor(), 64u << 20};
  Encoder encoder_;
  Event stopping_{io_.get_executor()};
  std::unique_ptr<CurlTransport> transport_;
  Sender sender_;
  std::shared_ptr<const Family> family_ = make_family();
  std::uint64_t value_ = 0;
};

// Prometheus takes what is up to an hour older than the newest sample it has of anyone.
TEST(DeliveryE2e, ABacklogTooOldForPrometheusIsPassedOverToWhatItTakes) {
  REQUIRE_OF_MACHINE(require_program("prometheus"));
  PrometheusServer server;
  server.start().value();
  Host other("other", {.url = server.write_url()});
  other.append(0s);
  ASSERT_TRUE(other.everything_goes());
  ASSERT_EQ(other.counters().snapshots_delivered, 1u);

  constexpr int kBacklog = 720;
  Host host("host", {.url = server.write_url()});
  for (int i = 0; i < kBacklog; ++i) host.append((kBacklog - i) * 15s);  // three hours
  ASSERT_TRUE(host.everything_goes());
  const SenderCounters& counters = host.counters();
  EXPECT_GE(counters.snapshots_delivered, 240u * 7 / 8 - 2);
  EXPECT_LE(counters.snapshots_delivered, 240u + 2);
  EXPECT_GT(host.rejected_as(Refusal::kTooOld), 0u);
  EXPECT_LE(counters.requests_rejected, 40u);
  EXPECT_EQ(counters.snapshots_delivered + counters.snapshots_rejected + counters.snapshots_skipped,
            static_cast<std::uint64_t>(kBacklog));
  const auto newest = server.query("operations_total{instance=\"host\"}").value();
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest.front().value(), kBacklog);
}

TEST(DeliveryE2e, CredentialsThatArePutRightLetPrometheusHaveWhatWasHeld) {
  REQUIRE_OF_MACHINE(require_program("prometheus"));
  const TemporaryDirectory directory;
  const std::string password_file = directory.write("password", "wrong\n");
  using std::filesystem::perms;
  std::filesystem::permissions(password_file, perms::owner_read | perms::owner_write);
  // "secret", with bcrypt.
  PrometheusServer server(
      "basic_auth_users: {edge: $2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW}\n");
  server.start().value();
  Host host("host", {.url = server.write_url(), .basic_auth = BasicAuth{"edge", password_file}});
  host.append(15s);
  host.append(0s);
  ASSERT_TRUE(host.becomes([&] { return host.counters().requests_held >= 2; }));
  EXPECT_TRUE(host.counters().held);
  EXPECT_EQ(host.counters().last_status, 401);
  directory.write("password", "secret\n");
  ASSERT_TRUE(host.everything_goes());
  EXPECT_EQ(host.counters().snapshots_delivered, 2u);
  EXPECT_EQ(host.counters().all_samples_rejected(), 0u);
  EXPECT_FALSE(host.counters().held);
}

TEST(DeliveryE2e, WhatIsTooLargeForVictoriaMetricsArrivesInParts) {
  REQUIRE_OF_MACHINE(require_program("victoria-metrics"));
  VictoriaMetricsServer server({"-maxInsertRequestSize=16KiB"});
  server.start().value();
  constexpr std::size_t kSeries = 2'000;
  Host host("host", {.url = server.write_url()});
  host.append(0s, kSeries);
  ASSERT_TRUE(host.everything_goes());
  EXPECT_GT(host.counters().requests_split, 0u);
  EXPECT_EQ(host.counters().samples_delivered, kSeries);
  EXPECT_EQ(host.counters().all_samples_rejected(), 0u);
  const auto arrived = [&server] {
    const auto count = server.query("count(operations_total{instance=\"host\"})");
    return count && !count->empty() && count->front().value() == kSeries;
  };
  EXPECT_TRUE(eventually(kTimeout, arrived));
}

}  // namespace
}  // namespace bpfpush
