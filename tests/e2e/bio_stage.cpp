#include "e2e/bio_stage.hpp"

#include "support/eventually.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kDiskBytes = 16u << 20;

std::string with_labels(const std::string& name, const std::string& device,
                        const std::string& more) {
  return name + "{device=\"" + device + "\"" + more + "}";
}

}  // namespace

void BioStage::set_up(std::unique_ptr<MetricsServer> server) {
  server_ = std::move(server);
  server_->start().value();
  disk_.emplace(LoopDevice::attach(kDiskBytes).value());
  starter_.emplace(LoopDevice::attach(kDiskBytes).value());
  before_ = disk_->stat();
}

void BioStage::start_agent(AgentConfig config, const std::string& metric) {
  if (config.urls.empty()) config.urls.push_back(server_->write_url());
  const std::string file = directory_.write("bpfpush.yaml", to_yaml(config));
  agent_.emplace(start_bpfpush(directory_, {"run", "--config", file}).value());
  const std::string started = with_labels(metric + "_count", starter_->name(), "");
  const auto counts = [this, &started] {
    return !agent_->running() || !starter_->read({.count = 1}) || value_of(started).has_value();
  };
  ASSERT_TRUE(eventually(kDelivery, counts)) << agent_->errors();
  ASSERT_TRUE(agent_->running()) << agent_->errors();
  ASSERT_TRUE(value_of(started)) << agent_->errors();
}

std::string BioStage::selector(const std::string& name, const std::string& operation) const {
  return with_labels(name, disk_->name(), ",operation=\"" + operation + "\"");
}

std::optional<double> BioStage::value_of(const std::string& promql) const {
  const auto answer = server_->query(promql);
  if (!answer || answer->size() != 1) return std::nullopt;
  return answer->front().value();
}

void BioStage::expect_delivered(const std::string& promql, double expected) {
  eventually(kDelivery, [this, &promql, expected] { return value_of(promql) == expected; });
  EXPECT_EQ(value_of(promql), expected) << promql << "\n" << agent_->errors();
}

void BioStage::expect_kernel_counts(const std::string& metric) {
  const DiskStat kernel = done();
  struct Case {
    const char* operation;
    std::uint64_t count;
  };
  const Case cases[] = {
      {"read", kernel.reads}, {"write", kernel.writes}, {"flush", kernel.flushes}};
  for (const Case& c : cases) {
    if (c.count > 0)
      expect_delivered(selector(metric + "_count", c.operation), static_cast<double>(c.count));
    else
      EXPECT_EQ(value_of(selector(metric + "_count", c.operation)), std::nullopt) << c.operation;
  }
}

std::set<std::string> BioStage::label_values(const std::string& name,
                                             const std::string& label) const {
  std::set<std::string> values;
  const auto answer = server_->query(with_labels(name, disk_->name(), ""));
  if (!answer) return values;
  for (const PromSeries& series : *answer) {
    const auto found = series.labels.find(label);
    if (found != series.labels.end()) values.insert(found->second);
  }
  return values;
}

}  // namespace bpfpush
