// What our own encoder writes and our own sender says of it, held against the rules: there is
// nothing to report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "receiver/report.hpp"
#include "receiver/routes.hpp"
#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "sender/request_headers.hpp"

namespace bpfpush {
namespace {

using bpfpush::testing::append;
using bpfpush::testing::make_series;
using bpfpush::testing::make_snapshot;
using bpfpush::testing::share;

struct Manner {
  const char* name;
  ProtocolVersion version;
  HistogramForm form;
  std::size_t samples_max;
};

// Sends whole snapshots to a receiver without a network, and keeps what that has to say.
class OwnSender {
 public:
  explicit OwnSender(const Manner& manner)
      : version_(manner.version), encoder_(encoder_options(manner)) {}

  void send(const Snapshot& snapshot) {
    now_ = snapshot.instant.wall;
    RequestRange range{.version = version_, .with_metadata = true};
    for (bool more = true; more;) {
      const EncodedRequest request = encoder_.encode(snapshot, range);
      EXPECT_EQ(routes_.answer(head(), request.body).status, 204u);
      more = !request.is_last;
      range = {.begin = request.next, .version = version_};
    }
    encoder_.done();
  }

  std::size_t requests() const { return requests_; }

  // The findings, and what was found missing at the end.
  std::string report() {
    for (const auto& finding : routes_.finish()) report_ += finding.where + ": " + finding.what;
    return report_;
  }

 private:
  static EncoderOptions encoder_options(const Manner& manner) {
    EncoderOptions options;
    options.writing.labels.external_labels = {
        {"Zone", "a"}, {"instance", "edge-1"}, {"job", "bpfpush"}};
    options.writing.forms.form = manner.form;
    options.samples_max = manner.samples_max;
    return options;
  }

  RequestHead head() const {
    const auto value = [this](std::string_view name) -> std::optional<std::string_view> {
      const auto header = std::find_if(headers_.begin(), headers_.end(),
                                       [name](const auto& one) { return one.first == name; });
      if (header == headers_.end()) return std::nullopt;
      return header->second;
    };
    return {"POST",
            "/api/v1/write",
            value("Content-Type"),
            value("Content-Encoding"),
            value("User-Agent"),
            value("X-Prometheus-Remote-Write-Version")};
  }

  void take(const ReceivedRequest& request) {
    requests_ += 1;
    if (!request.findings.empty()) report_ += to_text(request);
  }

  ProtocolVersion version_;
  Encoder encoder_;
  HttpHeaders headers_ = request_headers(version_, Compression::kSnappy, {});
  WallTime now_;
  Store store_;
  OnRequest on_request_ = [this](const ReceivedRequest& request) { take(request); };
  Routes routes_{store_, on_request_, [this] {
                   RoutesOptions options{32u << 20, 1000};
                   options.wall_now = [this] { return now_; };
                   return options;
                 }()};
  std::string report_;
  std::size_t requests_ = 0;
};

// A counter, a gauge and a histogram of `series` label sets; the values grow with `age`.
Snapshot snapshot_at(int age, int series) {
  static const auto counter = share(
      {.name = "requests_total", .help = "Requests.", .label_names = {"zebra", "Agent", "index"}});
  static const auto gauge = share(
      {.name = "queue", .help = "Waiting.", .type = MetricType::kGauge, .label_names = {"index"}});
  static const auto histogram = share({.name = "latency_seconds",
                                       .help = "How long.",
                                       .unit = "seconds",
                                       .type = MetricType::kHistogram,
                                       .label_names = {"operation"},
                                       .bounds = {0.25, 0.5, 1},  // of schema 0
                                       .divisor = 1e9});
  static const auto all_series = [] {
    std::vector<std::shared_ptr<const Series>> all;
    for (int i = 0; i < 8; ++i) all.push_back(make_series({std::to_string(i), "", "x"}));
    return all;
  }();
  static const auto one_label = [] {
    std::vector<std::shared_ptr<const Series>> all;
    for (int i = 0; i < 8; ++i) all.push_back(make_series({"n\n\"" + std::to_string(i)}));
    return all;
  }();
  FamilySnapshot counters{counter, {}, {}};
  FamilySnapshot gauges{gauge, {}, {}};
  FamilySnapshot histograms{histogram, {}, {}};
  const auto count = static_cast<std::uint64_t>(age);
  for (int i = 0; i < series; ++i) {
    append(counters, all_series[static_cast<std::size_t>(i)], {count});
    append(gauges, one_label[static_cast<std::size_t>(i)], {7 - count});
    append(histograms, one_label[static_cast<std::size_t>(i)],
           {count * 1'000'000, count, 0, count * 2, count});
  }
  Snapshot snapshot = make_snapshot({counters, gauges, histograms});
  for (FamilySnapshot& family : snapshot.families) family.counting_since = std::chrono::seconds(1);
  snapshot.instant.since_boot = std::chrono::seconds(100 + 15 * age);
  snapshot.instant.wall += std::chrono::seconds(15) * age;
  return snapshot;
}

TEST(OwnSender, LeavesNothingToReportInAnyFormAndVersion) {
  constexpr auto k1 = ProtocolVersion::k1;
  constexpr auto k2 = ProtocolVersion::k2;
  const Manner manners[] = {
      {"1.0 classic", k1, HistogramForm::kClassic, 10'000},
      {"1.0 classic, in many requests", k1, HistogramForm::kClassic, 7},
      {"1.0 native", k1, HistogramForm::kNative, 10'000},
      {"1.0 both", k1, HistogramForm::kBoth, 20},
      {"1.0 where custom was asked for", k1, HistogramForm::kCustom, 10'000},
      {"2.0 classic", k2, HistogramForm::kClassic, 10'000},
      {"2.0 native", k2, HistogramForm::kNative, 10'000},
      {"2.0 custom", k2, HistogramForm::kCustom, 10'000},
      {"2.0 custom, in many requests", k2, HistogramForm::kCustom, 7},
      {"2.0 both", k2, HistogramForm::kBoth, 20},
  };
  for (const Manner& manner : manners) {
    SCOPED_TRACE(manner.name);
    OwnSender sender(manner);
    for (const int age : {1, 2, 3, 8}) sender.send(snapshot_at(age, 8));
    sender.send(snapshot_at(9, 3));  // five label sets end
    sender.send(snapshot_at(10, 8));
    EXPECT_EQ(sender.report(), "");
    EXPECT_GE(sender.requests(), manner.samples_max < 100 ? 12u : 6u);
  }
}

}  // namespace
}  // namespace bpfpush
