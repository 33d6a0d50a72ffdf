// The same counts sent to real receivers in every form and version: what their queries say of them
// agrees.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "env/asio_clock.hpp"
#include "env/posix_filesystem.hpp"
#include "env/system_random.hpp"
#include "sender/curl_transport.hpp"
#include "sender/sender.hpp"
#include "spool/memory_spool.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"
#include "support/victoria_metrics_server.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr auto kTimeout = 60s;
constexpr double kRatio = 2;  // of two neighbouring bounds

// It is of a newer release of Debian, which not every machine can reach.
Requirement require_newer(const std::string& program) {
  Requirement requirement = require_program(program);
  requirement.mandatory = false;
  return requirement;
}

struct Way {
  std::string name;  // also what its series are told apart by
  HistogramForm form = HistogramForm::kClassic;
  std::optional<ProtocolVersion> version = ProtocolVersion::k1;
  Compression compression = Compression::kSnappy;
};

// Histograms of 12 powers of two in seconds, of 1,000 observations each round.
class Histograms {
 public:
  std::shared_ptr<const Snapshot> snapshot(const Instant& instant, int rounds) const {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->instant = instant;
    FamilySnapshot one{family_, {}, {}};
    one.counting_since = instant.since_boot - 1h;
    const auto row = one.append(series_);
    const std::uint64_t counts[] = {100, 10, 20, 40, 80, 160, 240, 160, 100, 50, 25, 10, 5};
    double upper = std::exp2(-8);
    for (std::size_t i = 0; i < std::size(counts); ++i, upper *= 2) {
      row[i + 1] = counts[i] * static_cast<std::uint64_t>(rounds);
      row[0] += row[i + 1] * static_cast<std::uint64_t>(upper * 0.75e9);
    }
    snapshot->families.push_back(std::move(one));
    return snapshot;
  }

 private:
  static std::shared_ptr<const Family> make_family() {
    auto family = std::make_shared<Family>();
    family->name = "latency_seconds";
    family->help = "A latency.";
    family->unit = "seconds";
    family->type = MetricType::kHistogram;
    family->label_names = {"device"};
    for (int i = -8; i < 4; ++i) family->bounds.push_back(std::ldexp(1.0, i));
    family->divisor = 1e9;
    return family;
  }

  std::shared_ptr<const Family> family_ = make_family();
  std::shared_ptr<const Series> series_ =
      std::make_shared<const Series>(Series{.label_values = {"sda"}});
};

// Sends three rounds, 15 seconds apart, and then a snapshot without the series if `ends`.
SenderCounters send(const std::string& url, const Way& way, bool ends = false) {
  PosixFilesystem filesystem;
  AsioClock clock;
  SystemRandom random;
  asio::io_context io(1);
  CurlLoop curl(io.get_executor());
  MemorySpool spool(io.get_executor(), 1u << 20);
  Encoder encoder({.writing = {.labels = {{{"way", way.name}}}, .forms = {.form = way.form}},
                   .compression = way.compression});
  Event stopping(io.get_executor());
  const auto transport = CurlTransport::create({.url = url}, {curl, filesystem, clock}).value();
  SenderOptions options{.endpoint = "main", .headers = {}, .backoff = {100ms, 200ms}};
  options.version = way.version;
  options.compression = way.compression;
  Sender sender(options, {spool, encoder, *transport, clock, random, stopping});
  const auto rethrow = [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  };
  asio::co_spawn(io, sender.run(), rethrow);
  const Histograms histograms;
  for (int round = 1; round <= 3 + (ends ? 1 : 0); ++round) {
    const std::chrono::milliseconds ago = (4 - round) * 15s;
    Instant instant{clock.now().time_since_epoch() - ago, clock.wall_now() - ago, clock.boot_id(),
                    clock.is_synchronized()};
    auto snapshot = histograms.snapshot(instant, round);
    if (round > 3) {
      auto without = std::make_shared<Snapshot>(*snapshot);
      without->families[0].series.clear();
      without->families[0].values.clear();
      snapshot = without;
    }
    asio::co_spawn(io, spool.append(std::move(snapshot)), rethrow);
  }
  io.poll();
  const BootTime deadline = clock.now() + kTimeout;
  while (sender.backlog().pending_snapshots > 0 && clock.now() < deadline) {
    io.restart();
    io.run_for(20ms);
  }
  return sender.counters();
}

// The one value of a query, or NaN.
double value_of(const MetricsServer& server, const std::string& promql) {
  const auto answer = server.query(promql);
  return answer && answer->size() == 1 ? answer->front().value() : std::nan("");
}

void expect_agreement(const MetricsServer& server, const std::string& way, bool is_classic) {
  SCOPED_TRACE(way);
  const std::string labels = "{way=\"" + way + "\",device=\"sda\"}";
  const std::string native = "latency_seconds" + labels;
  const std::string count =
      is_classic ? "latency_seconds_count" + labels : "histogram_count(" + native + ")";
  const std::string sum =
      is_classic ? "latency_seconds_sum" + labels : "histogram_sum(" + native + ")";
  EXPECT_TRUE(eventually(kTimeout, [&] { return value_of(server, count) == 3000; }))
      << value_of(server, count);
  EXPECT_EQ(value_of(server, sum), value_of(server, "latency_seconds_sum{way=\"classic\"}"));
  for (const char* quantile : {"0.2", "0.5", "0.9", "0.98"}) {
    SCOPED_TRACE(quantile);
    const auto of = [&](const std::string& histogram) {
      return value_of(server,
                      "histogram_quantile(" + std::string(quantile) + ", " + histogram + ")");
    };
    const double expected = of("latency_seconds_bucket{way=\"classic\"}");
    const double found = of(is_classic ? "latency_seconds_bucket" + labels : native);
    EXPECT_LE(found, expected * kRatio);
    EXPECT_GE(found, expected / kRatio);
  }
  if (is_classic) return;
  // What exceeds the last bound is under none that it may exceed.
  EXPECT_NEAR(value_of(server, "histogram_fraction(0, 8, " + native + ")"), 0.995, 1e-9);
}

TEST(FormsE2e, AgreeInAPrometheusOfVersionOne) {
  REQUIRE_OF_MACHINE(require_program("prometheus"));
  PrometheusServer server;
  server.start().value();
  const Way ways[] = {{"classic", HistogramForm::kClassic},
                      {"native", HistogramForm::kNative},
                      {"both", HistogramForm::kBoth},
                      {"negotiated", HistogramForm::kCustom, std::nullopt}};
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    const SenderCounters counters = send(server.write_url(), way);
    EXPECT_EQ(counters.snapshots_delivered, 3u);
    EXPECT_EQ(counters.requests_retried, way.version ? 0u : 1u) << "2.0 is tried first";
  }
  expect_agreement(server, "classic", true);
  expect_agreement(server, "native", false);
  expect_agreement(server, "both", true);
  expect_agreement(server, "both", false);
  expect_agreement(server, "negotiated", true);
}

TEST(FormsE2e, AgreeInAPrometheusOfVersionTwo) {
  REQUIRE_OF_MACHINE(require_newer("newer-prometheus"));
  PrometheusServer server("", "newer-prometheus");
  server.start().value();
  const Way ways[] = {{"classic", HistogramForm::kClassic, ProtocolVersion::k1},
                      {"native 1", HistogramForm::kNative, ProtocolVersion::k1},
                      {"classic 2", HistogramForm::kClassic, ProtocolVersion::k2},
                      {"native 2", HistogramForm::kNative, ProtocolVersion::k2},
                      {"custom 2", HistogramForm::kCustom, ProtocolVersion::k2},
                      {"both 2", HistogramForm::kBoth, ProtocolVersion::k2},
                      {"negotiated", HistogramForm::kCustom, std::nullopt}};
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    const SenderCounters counters = send(server.write_url(), way);
    EXPECT_EQ(counters.snapshots_delivered, 3u);
    EXPECT_EQ(counters.requests_retried, 0u);
    EXPECT_EQ(counters.samples_unwritten, 0u);
    const bool is_both = way.form == HistogramForm::kBoth;
    const bool is_classic = way.form == HistogramForm::kClassic;
    if (is_classic || is_both) expect_agreement(server, way.name, true);
    if (!is_classic) expect_agreement(server, way.name, false);
  }
}

TEST(FormsE2e, EndTheirSeriesInPrometheus) {
  REQUIRE_OF_MACHINE(require_newer("newer-prometheus"));
  PrometheusServer server("", "newer-prometheus");
  server.start().value();
  for (const auto version : {ProtocolVersion::k1, ProtocolVersion::k2}) {
    for (const auto form :
         {HistogramForm::kClassic, HistogramForm::kNative, HistogramForm::kCustom}) {
      if (version == ProtocolVersion::k1 && form == HistogramForm::kCustom) continue;
      const std::string name =
          std::to_string(static_cast<int>(version)) + std::to_string(static_cast<int>(form));
      SCOPED_TRACE(name);
      const SenderCounters counters = send(server.write_url(), {name, form, version}, true);
      EXPECT_EQ(counters.snapshots_delivered, 4u);
      EXPECT_EQ(counters.all_samples_rejected(), 0u);
      const std::string matcher = "{__name__=~\"latency.*\",way=\"" + name + "\"}";
      EXPECT_TRUE(eventually(kTimeout, [&] {
        const auto before = server.query("count(" + matcher + " offset 20s)");
        return before && before->size() == 1;
      }));
      EXPECT_EQ(server.query(matcher).value().size(), 0u);
    }
  }
}

TEST(FormsE2e, AgreeInVictoriaMetrics) {
  REQUIRE_OF_MACHINE(require_program("victoria-metrics"));
  VictoriaMetricsServer server;
  server.start().value();
  const Way ways[] = {{"classic", HistogramForm::kClassic},
                      {"negotiated", HistogramForm::kClassic, std::nullopt},
                      {"negotiated custom", HistogramForm::kCustom, std::nullopt}};
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    const SenderCounters counters = send(server.write_url(), way);
    EXPECT_EQ(counters.snapshots_delivered, 3u);
    EXPECT_EQ(counters.requests_retried, way.version ? 0u : 1u);
    expect_agreement(server, way.name, true);
  }
}

TEST(FormsE2e, AgreeInAVictoriaMetricsThatTakesItsOwnVariant) {
  REQUIRE_OF_MACHINE(require_newer("newer-victoria-metrics"));
  VictoriaMetricsServer server({}, "newer-victoria-metrics");
  server.start().value();
  for (const Way& way :
       {Way{"classic", HistogramForm::kClassic},
        Way{"zstd", HistogramForm::kClassic, ProtocolVersion::k1, Compression::kZstd}}) {
    SCOPED_TRACE(way.name);
    const SenderCounters counters = send(server.write_url(), way);
    EXPECT_EQ(counters.snapshots_delivered, 3u);
    EXPECT_EQ(counters.requests_retried, 0u);
    expect_agreement(server, way.name, true);
  }
}

}  // namespace
}  // namespace bpfpush
