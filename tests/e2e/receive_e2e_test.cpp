// `bpfpush receive` as a judge of senders: our own, and others'.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/agent.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/http_client.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kTimeout = 60s;

// A receiver that prints JSON, and what it said.
class Judge {
 public:
  explicit Judge(std::vector<std::string> options) {
    options.insert(options.begin(), {"receive", "--json", "--port", std::to_string(port_)});
    process_ = start_bpfpush(directory_, options).value();
    eventually(kTimeout, [this] { return http_get(url() + "/-/ready").has_value(); });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string write_url() const { return url() + "/api/v1/write"; }

  // -1: it still runs after the timeout.
  int wait() { return process_->wait(kTimeout).value_or(-1); }

  std::vector<boost::json::value> lines() const {
    std::vector<boost::json::value> values;
    std::istringstream lines(process_->output());
    for (std::string line; std::getline(lines, line);) values.push_back(boost::json::parse(line));
    return values;
  }
  std::string output() const { return process_->output(); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port().value();
  std::optional<Process> process_;
};

TEST(ReceiveE2e, HasNothingToReportOfOurAgent) {
  REQUIRE_OF_MACHINE(require_bpf());
  Judge judge({"--requests", "5"});
  const TemporaryDirectory directory;
  AgentConfig config{.urls = {judge.write_url()}, .push_interval = "200ms"};
  config.programs = "[bio, runqueue]";
  const std::string file = directory.write("f.yaml", to_yaml(config));
  Process agent = start_bpfpush(directory, {"run", "--config", file}).value();
  EXPECT_EQ(judge.wait(), 0) << judge.output();
  const auto lines = judge.lines();
  ASSERT_EQ(lines.size(), 6u);
  // The first may only ask for the date.
  EXPECT_GT(lines.at(1).at("samples").to_number<int>(), 0);
  EXPECT_EQ(lines.back().at("stored").to_number<int>(), 5);
  agent.kill(SIGTERM);
  agent.wait(kTimeout);
}

TEST(ReceiveE2e, HasNothingToReportOfPrometheus) {
  REQUIRE_OF_MACHINE(require_program("prometheus"));
  Judge judge({"--requests", "5"});
  const TemporaryDirectory directory;
  const std::string own = "127.0.0.1:" + std::to_string(free_port().value());
  const std::string config =
      directory.write("prometheus.yml",
                      "global: {scrape_interval: 500ms}\n"
                      "scrape_configs: [{job_name: self, static_configs: [{targets: [\"" +
                          own + "\"]}]}]\nremote_write: [{url: \"" + judge.write_url() +
                          "\", queue_config: {batch_send_deadline: 500ms}}]\n");
  Process sender =
      Process::start({.command = {find_program("prometheus"), "--enable-feature=agent",
                                  "--config.file=" + config,
                                  "--storage.agent.path=" + (directory.path() / "data").string(),
                                  "--web.listen-address=" + own},
                      .output = directory.path() / "prometheus",
                      .environment = {}})
          .value();
  EXPECT_EQ(judge.wait(), 0) << judge.output();
  EXPECT_EQ(judge.lines().back().at("stored").to_number<int>(), 5);
}

TEST(ReceiveE2e, EndsWithOneWhereSomethingWasWrongOrNothingCame) {
  Judge wrong({"--requests", "1"});
  EXPECT_EQ(http_get(wrong.write_url()).value().status, 405);
  EXPECT_EQ(wrong.wait(), 1);
  const auto lines = wrong.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("status").to_number<int>(), 405);
  EXPECT_EQ(lines[1].at("unread").to_number<int>(), 1);
  EXPECT_EQ(Judge({"--duration", "100ms"}).wait(), 1);
}

TEST(ReceiveE2e, ListsItsRules) {
  const Outcome outcome = run_bpfpush({"receive", "--rules"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("MUST    MUST    labels_sorted"));
}

}  // namespace
}  // namespace bpfpush
