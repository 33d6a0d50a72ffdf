// `bpfpush print`: the text that a shell user sees, judged by Prometheus's own checker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/agent.hpp"
#include "e2e/bio_bounds.hpp"
#include "support/eventually.hpp"
#include "support/loop_device.hpp"
#include "support/process.hpp"
#include "support/promql.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

struct TextSeries {
  std::string name;
  PromLabels labels;
  double value = 0;
};

struct Text {
  std::map<std::string, std::string> types;  // by family
  std::set<std::string> helped;              // families with help
  std::vector<TextSeries> series;
};

// Reads what the tests need of the text format: label values without escapes.
Text parse_text(const std::string& text) {
  static const std::regex comment("# (HELP|TYPE) ([a-z0-9_]+) (.+)");
  static const std::regex sample("([a-z0-9_]+)\\{([^}]*)\\} ([^ ]+)");
  static const std::regex label("([a-z_]+)=\"([^\"]*)\",?");
  Text result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, comment)) {
      if (match[1] == "TYPE") result.types[match[2]] = match[3];
      if (match[1] == "HELP") result.helped.insert(match[2]);
    } else if (std::regex_match(line, match, sample)) {
      TextSeries series{match[1], {}, std::stod(match[3])};
      const std::string labels = match[2];
      for (std::sregex_iterator at(labels.begin(), labels.end(), label), end; at != end; ++at)
        series.labels[(*at)[1]] = (*at)[2];
      result.series.push_back(std::move(series));
    }
  }
  return result;
}

class PrintE2e : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    disk_.emplace(LoopDevice::attach(1u << 20).value());
    print({"print", "--program", "bio", "--duration", "2s"});
  }

  // Nothing tells when it begins to count, so the disk is busy until it has ended.
  void print(const std::vector<std::string>& arguments) {
    auto process = start_bpfpush(directory_, arguments).value();
    const auto ended = [this, &process] {
      return !disk_->write({.count = 1, .bytes = 4096}) || !disk_->read({.count = 1}) ||
             !process.running();
    };
    ASSERT_TRUE(eventually(30s, ended)) << process.errors();
    ASSERT_EQ(process.wait(0ms), 0) << process.errors();
    text_ = process.output();
  }

  TemporaryDirectory directory_;
  std::optional<LoopDevice> disk_;
  std::string text_;
};

TEST_F(PrintE2e, PassesPromtool) {
  REQUIRE_OF_MACHINE(require_program("promtool"));
  const std::string file = directory_.write("metrics.txt", text_);
  auto promtool = Process::start({.command = {"sh", "-c", "exec \"$0\" check metrics < \"$1\"",
                                              find_program("promtool"), file},
                                  .output = directory_.path() / "promtool",
                                  .environment = {}})
                      .value();
  EXPECT_EQ(promtool.wait(30s), 0) << promtool.output() << promtool.errors() << text_;
}

TEST_F(PrintE2e, ShowsTheDocumentedFamilies) {
  const Text text = parse_text(text_);
  std::set<std::string> histograms;
  for (const auto& [family, type] : text.types) {
    if (type == "histogram") histograms.insert(family);
  }
  EXPECT_EQ(histograms, (std::set<std::string>{"ebpf_bio_req_latency", "ebpf_bio_req_size"}));
  for (const std::string& family : histograms) EXPECT_TRUE(text.helped.contains(family)) << family;

  std::map<std::string, std::set<std::string>> bounds;  // by family, of our disk's writes
  for (const TextSeries& series : text.series) {
    if (!series.name.starts_with("ebpf_")) continue;
    PromLabels labels = series.labels;
    const bool is_bucket = series.name.ends_with("_bucket");
    EXPECT_EQ(labels.erase("le"), is_bucket ? 1u : 0u) << series.name;
    EXPECT_EQ(labels.size(), 2u);
    EXPECT_TRUE(labels.contains("device") && labels.contains("operation"));
    if (is_bucket && labels["device"] == disk_->name() && labels["operation"] == "write")
      bounds[series.name].insert(series.labels.at("le"));
  }
  EXPECT_EQ(bounds["ebpf_bio_req_latency_bucket"], latency_bounds());
  EXPECT_EQ(bounds["ebpf_bio_req_size_bucket"], size_bounds());
}

TEST_F(PrintE2e, AgreesWithItself) {
  std::map<std::string, double> of_writes;  // name, and "le" after it
  for (const TextSeries& series : parse_text(text_).series) {
    if (!series.labels.contains("device") || series.labels.at("device") != disk_->name()) continue;
    if (series.labels.at("operation") != "write") continue;
    const auto le = series.labels.find("le");
    of_writes[series.name + (le == series.labels.end() ? "" : " " + le->second)] = series.value;
  }
  const double count = of_writes["ebpf_bio_req_size_count"];
  EXPECT_GT(count, 0);
  EXPECT_EQ(of_writes["ebpf_bio_req_latency_count"], count);
  EXPECT_EQ(of_writes["ebpf_bio_req_latency_bucket +Inf"], count);
  EXPECT_EQ(of_writes["ebpf_bio_req_size_bucket 2"], 0);
  EXPECT_EQ(of_writes["ebpf_bio_req_size_bucket 4"], count);
  EXPECT_EQ(of_writes["ebpf_bio_req_size_bucket +Inf"], count);
  EXPECT_EQ(of_writes["ebpf_bio_req_size_sum"], 4 * count);
}

}  // namespace
}  // namespace bpfpush
