// The stage of the end-to-end tests, tested itself: a test that measures with a wrong ruler proves
// nothing.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/http_client.hpp"
#include "support/loop_device.hpp"
#include "support/process.hpp"
#include "support/prometheus_server.hpp"
#include "support/promql.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"
#include "support/victoria_metrics_server.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeout = 10s;

Result<Process> shell(const TemporaryDirectory& directory, const std::string& script) {
  return Process::start({.command = {"sh", "-c", script},
                         .output = directory.path() / "shell",
                         .environment = {{"GREETING", "hello"}}});
}

TEST(Process, KeepsItsOutputAndItsExitCode) {
  const TemporaryDirectory directory;
  auto process = shell(directory, "echo $GREETING; echo there >&2; exit 3").value();
  EXPECT_EQ(process.wait(kTimeout), 3);
  EXPECT_EQ(process.output(), "hello\n");
  EXPECT_EQ(process.errors(), "there\n");
  EXPECT_FALSE(process.running());
}

TEST(Process, SaysWhichSignalEndedIt) {
  const TemporaryDirectory directory;
  auto process = shell(directory, "exec sleep 1000").value();
  EXPECT_EQ(process.wait(0ms), std::nullopt);
  EXPECT_TRUE(process.running());
  EXPECT_GT(process.resident_bytes(), 0u);
  process.kill(SIGKILL);
  EXPECT_EQ(process.wait(kTimeout), 128 + SIGKILL);
}

TEST(Process, DoesNotOutliveItsOwner) {
  const TemporaryDirectory directory;
  pid_t pid = 0;
  {
    const auto process = shell(directory, "exec sleep 1000").value();
    pid = process.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Process, SaysThatAProgramIsNotThere) {
  const TemporaryDirectory directory;
  const auto process = Process::start({.command = {"/nonexistent/program"},
                                       .output = directory.path() / "program",
                                       .environment = {}});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, boost::system::errc::no_such_file_or_directory);
  EXPECT_EQ(process.error().context, "/nonexistent/program");
}

TEST(TemporaryDirectory, IsGoneAtTheEnd) {
  std::filesystem::path file;
  {
    const TemporaryDirectory directory;
    file = directory.write("file", "content");
    EXPECT_EQ(read_file(file), "content");
  }
  EXPECT_FALSE(std::filesystem::exists(file.parent_path()));
}

TEST(Eventually, GivesUpWithTheLastAnswer) {
  int asked = 0;
  EXPECT_FALSE(eventually(0ms, [&asked] { return ++asked > 1; }));
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(eventually(kTimeout, [&asked] { return ++asked > 2; }));
}

TEST(FreePort, IsOneThatCanBeListenedOn) {
  const auto port = free_port().value();
  const auto socket = listen_on_loopback(port).value();
  EXPECT_EQ(port_of(socket).value(), port);
  EXPECT_FALSE(listen_on_loopback(port));
}

TEST(HttpGet, SaysThatNobodyListens) {
  const auto url = "http://127.0.0.1:" + std::to_string(free_port().value()) + "/";
  const auto reply = http_get(url);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::kUnavailable);
}

TEST(QueryAnswer, IsAVectorOrAMatrix) {
  const auto vector =
      parse_query_answer(R"({"status":"success","data":{"resultType":"vector","result":[)"
                         R"({"metric":{"le":"+Inf"},"value":[1700000000.5,"+Inf"]}]}})");
  ASSERT_EQ(vector.value().size(), 1u);
  EXPECT_EQ(vector->front().labels, (PromLabels{{"le", "+Inf"}}));
  EXPECT_EQ(vector->front().points.front().time, 1700000000.5);
  EXPECT_EQ(vector->front().value(), std::numeric_limits<double>::infinity());

  const auto matrix =
      parse_query_answer(R"({"status":"success","data":{"resultType":"matrix","result":[)"
                         R"({"metric":{},"values":[[1,"2"],[3,"4"]]}]}})");
  ASSERT_EQ(matrix.value().size(), 1u);
  ASSERT_EQ(matrix->front().points.size(), 2u);
  EXPECT_EQ(matrix->front().points[0].time, 1);
  EXPECT_EQ(matrix->front().value(), 4);

  for (const char* bad : {"", "{}", R"({"status":"error","error":"parse error"})"}) {
    SCOPED_TRACE(bad);
    const auto answer = parse_query_answer(bad);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::kMalformed);
  }
}

void expect_answers_also_after_a_restart(MetricsServer& server) {
  server.start().value();
  const auto port = server.port();
  const auto answer = server.query("vector(1)").value();
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer.front().value(), 1);

  server.kill_now();
  EXPECT_FALSE(server.query("vector(1)"));
  server.start().value();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(server.query("vector(2)").value().front().value(), 2);
}

TEST(PrometheusServer, AnswersAlsoAfterARestart) {
  REQUIRE_OF_MACHINE(require_program("prometheus"));
  PrometheusServer server;
  expect_answers_also_after_a_restart(server);
}

TEST(VictoriaMetricsServer, AnswersAlsoAfterARestart) {
  REQUIRE_OF_MACHINE(require_program("victoria-metrics"));
  VictoriaMetricsServer server;
  expect_answers_also_after_a_restart(server);
}

TEST(LoopDevice, CountsWhatIsDoneToItAndNothingElse) {
  REQUIRE_OF_MACHINE(require_bpf());
  auto loop = LoopDevice::attach(1u << 20).value();
  const DiskStat before = loop.stat();
  loop.write({.count = 20, .bytes = 65536}).value();
  loop.write({.count = 3, .bytes = 512}).value();
  loop.read({.count = 7, .bytes = 4096}).value();
  loop.sync().value();
  const DiskStat done = loop.stat() - before;
  EXPECT_EQ(done.reads, 7u);
  EXPECT_EQ(done.sectors_read, 7u * 8);
  // The request that carries a flush is itself a write of nothing; whether the kernel counts it
  // differs by version.
  EXPECT_GE(done.writes, 23u);
  EXPECT_LE(done.writes, 24u);
  EXPECT_EQ(done.sectors_written, 20u * 128 + 3);
  EXPECT_EQ(done.flushes, 1u);
  EXPECT_EQ(done.reads_merged + done.writes_merged, 0u);
}

TEST(LoopDevice, IsDetachedAtTheEnd) {
  REQUIRE_OF_MACHINE(require_bpf());
  std::string backing;
  {
    const auto loop = LoopDevice::attach(1u << 20).value();
    backing = "/sys/block/" + loop.name() + "/loop/backing_file";
    EXPECT_TRUE(std::filesystem::exists(backing));
  }
  EXPECT_TRUE(eventually(kTimeout, [&backing] { return !std::filesystem::exists(backing); }));
}

TEST(LoopDevice, RefusesRequestsThatTheKernelMaySplit) {
  REQUIRE_OF_MACHINE(require_bpf());
  auto loop = LoopDevice::attach(1u << 20).value();
  EXPECT_EQ(loop.read({.count = 1, .bytes = 1u << 20}).error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace bpfpush
