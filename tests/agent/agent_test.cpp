#include "agent/agent.hpp"

#include <gtest/gtest.h>
#include <snappy.h>

#include <algorithm>
#include <bit>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>

#include "remote_write_1.pb.h"
#include "sender/fake_transport.hpp"
#include "support/fake_filesystem.hpp"
#include "support/fixed_random.hpp"
#include "support/manual_clock.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

// An agent without programs, which has its own metrics to push, and fake endpoints.
class AgentTest : public testing::Test {
 protected:
  void start(std::size_t endpoint_count, Config config = {}) {
    config.external_labels = {{"instance", "test"}};
    for (std::size_t i = 0; i < endpoint_count; ++i) {
      RemoteWriteConfig endpoint;
      endpoint.name = "endpoint-" + std::to_string(i);
      endpoint.protocol.protobuf_message = "prometheus.WriteRequest";
      config.remote_write.push_back(std::move(endpoint));
    }
    const AgentParts parts{clock_, random_, collector_};
    agent_ = Agent::create(config, io_.get_executor(), parts, [this](const RemoteWriteConfig&) {
               auto transport = std::make_unique<FakeTransport>(clock_);
               transports_.push_back(transport.get());
               return Result<std::unique_ptr<Transport>>(std::move(transport));
             }).value();
    asio::co_spawn(io_, agent_->run(), [this](const std::exception_ptr& exception) {
      if (exception) std::rethrow_exception(exception);
      ended_ = true;
    });
  }

  void run_for(std::chrono::nanoseconds span) { clock_.run_for(io_, span); }

  // The timestamps of what was posted to an endpoint, one for each request.
  std::vector<std::int64_t> timestamps(std::size_t endpoint) const {
    std::vector<std::int64_t> all;
    for (const Posted& posted : transports_[endpoint]->posted) {
      std::string message;
      EXPECT_TRUE(snappy::Uncompress(posted.body.data(), posted.body.size(), &message));
      prometheus::WriteRequest request;
      EXPECT_TRUE(request.ParseFromString(message));
      all.push_back(request.timeseries(0).samples(0).timestamp());
      for (const auto& series : request.timeseries()) {
        EXPECT_EQ(series.samples(0).timestamp(), all.back()) << "one timestamp for a snapshot";
      }
    }
    return all;
  }

  asio::io_context io_{1};
  ManualClock clock_;
  FixedRandom random_{0};
  FakeFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
  std::vector<FakeTransport*> transports_;  // owned by the agent
  std::unique_ptr<Agent> agent_;
  bool ended_ = false;
};

TEST_F(AgentTest, PushesAtOnceAndThenEveryInterval) {
  start(1);
  run_for(seconds(1));
  EXPECT_EQ(transports_[0]->posted.size(), 1u);
  run_for(seconds(60));
  EXPECT_EQ(transports_[0]->posted.size(), 5u);
  const auto& posted = transports_[0]->posted;
  for (std::size_t i = 2; i < posted.size(); ++i) {
    EXPECT_EQ(posted[i].time - posted[i - 1].time, seconds(15));
  }
}

TEST_F(AgentTest, StopTakesALastSnapshotAndEndsWhenItIsDelivered) {
  start(1);
  run_for(seconds(1));
  agent_->stop();
  run_for(milliseconds(100));
  EXPECT_EQ(transports_[0]->answered, 2);
  EXPECT_TRUE(ended_);
}

// All samples of a request are the stale marker.
bool ends_all(const Posted& posted) {
  std::string message;
  prometheus::WriteRequest request;
  if (!snappy::Uncompress(posted.body.data(), posted.body.size(), &message)) return false;
  if (!request.ParseFromString(message) || request.timeseries().empty()) return false;
  return std::all_of(request.timeseries().begin(), request.timeseries().end(), [](const auto& one) {
    return std::bit_cast<std::uint64_t>(one.samples(0).value()) == 0x7ff0000000000002;
  });
}

TEST_F(AgentTest, StopEndsEverySeriesIfThatIsWanted) {
  for (const bool wanted : {false, true}) {
    SCOPED_TRACE(wanted);
    Config config;
    config.stale_markers_at_exit = wanted;
    ended_ = false;
    start(1, config);
    run_for(seconds(1));
    agent_->stop();
    run_for(milliseconds(100));
    EXPECT_TRUE(ended_);
    EXPECT_EQ(transports_.back()->answered, wanted ? 3 : 2);
    EXPECT_EQ(ends_all(transports_.back()->posted.back()), wanted);
  }
  const auto times = timestamps(transports_.size() - 1);
  EXPECT_EQ(std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()), times.end());
}

TEST_F(AgentTest, StopGivesUpAfterTheFlushTimeout) {
  start(1);
  transports_[0]->otherwise.status = 503;
  run_for(seconds(1));
  agent_->stop();
  run_for(milliseconds(4'900));
  EXPECT_FALSE(ended_);
  run_for(milliseconds(200));
  EXPECT_TRUE(ended_);
}

TEST_F(AgentTest, ASecondStopGivesUpAtOnce) {
  start(1);
  transports_[0]->otherwise.status = 503;
  run_for(seconds(1));
  agent_->stop();
  run_for(milliseconds(100));
  agent_->stop();
  run_for(milliseconds(100));
  EXPECT_TRUE(ended_);
}

TEST_F(AgentTest, ASignalSentTwiceIsOneStop) {
  start(1);
  transports_[0]->otherwise.status = 503;
  run_for(seconds(1));
  agent_->stop();
  agent_->stop();
  run_for(seconds(1));
  EXPECT_FALSE(ended_);
}

TEST_F(AgentTest, AnEndpointThatIsDownDoesNotDelayAnother) {
  start(3);
  transports_[1]->otherwise.status = 503;
  run_for(seconds(61));
  EXPECT_EQ(transports_[0]->answered, 5);
  EXPECT_EQ(transports_[2]->answered, 5);
  transports_[1]->otherwise.status = 204;
  run_for(seconds(120));
  const auto delivered_late = timestamps(1);
  const auto delivered = timestamps(0);
  EXPECT_EQ(delivered_late.back(), delivered.back()) << "and it catches up";
}

TEST_F(AgentTest, TimestampsFollowAClockThatWasFarAhead) {
  clock_.step = std::chrono::hours(24 * 365);
  start(1);
  run_for(seconds(31));
  clock_.step = milliseconds(0);
  run_for(seconds(60));
  const std::int64_t now = clock_.wall_now().time_since_epoch().count();
  EXPECT_LE(timestamps(0).back(), now);
  EXPECT_GT(timestamps(0).back(), now - 20'000);
}

TEST_F(AgentTest, TimestampsAscendEvenWhenTheClockIsSetBackALittle) {
  start(1);
  run_for(seconds(31));
  clock_.step = -std::chrono::minutes(9);
  run_for(seconds(60));
  const auto all = timestamps(0);
  ASSERT_GE(all.size(), 6u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i], all[i - 1]);
}

TEST_F(AgentTest, AnEndpointThatCannotBeIsAnErrorWithItsPlace) {
  Config config;
  RemoteWriteConfig endpoint;
  endpoint.name = "main";
  endpoint.where = "f:7";
  config.remote_write = {endpoint};
  const AgentParts parts{clock_, random_, collector_};
  const auto agent =
      Agent::create(config, io_.get_executor(), parts,
                    [](const RemoteWriteConfig&) -> Result<std::unique_ptr<Transport>> {
                      return Error(Errc::kInvalidConfig, "no such certificate");
                    });
  ASSERT_FALSE(agent);
  EXPECT_EQ(agent.error().message(), "f:7: remote_write main: no such certificate");
}

}  // namespace
}  // namespace bpfpush
