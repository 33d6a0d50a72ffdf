// The programs `softirq` and `hardirq` beside the kernel's own statistics, and another counter
// where it keeps none. Interrupts cannot be held off while both are read, so theirs is read on both
// sides of ours.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "probe/map_reader.hpp"
#include "support/eventually.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

using Counts = Bracket::Counts;

class Interrupts : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  const std::uint64_t cpus_ = possible_cpu_count().value();
};

// /proc/softirqs, a line for each vector: "  NET_RX:   176969   226061".
Counts softirqs_of_the_kernel() {
  std::istringstream lines(read_file("/proc/softirqs"));
  Counts counts;
  std::string line, vector;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    fields >> vector;
    vector.pop_back();
    std::transform(vector.begin(), vector.end(), vector.begin(), ::tolower);
    for (std::uint64_t count = 0; fields >> count;) counts[vector] += count;
  }
  return counts;
}

// Where the names of handlers are told apart: those of interrupts that several handlers share are
// one group, for a count by interrupt does not say which of them it was.
class Handlers {
 public:
  Handlers() {
    for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/irq")) {
      std::istringstream text(read_file(entry.path() / "actions"));
      std::vector<std::string>& names = names_[std::stoull(entry.path().filename())];
      for (std::string name; std::getline(text, name, ',');) {
        while (name.ends_with('\n')) name.pop_back();
        names.push_back(name.substr(0, 31));
      }
      if (names.size() > 1) shared_.insert(names.begin(), names.end());
    }
  }

  std::string group(const std::string& name) const {
    return shared_.contains(name) ? "shared" : name;
  }
  std::string group(std::uint64_t irq) const {
    const auto found = names_.find(irq);
    return found == names_.end() || found->second.empty() ? "unknown" : group(found->second[0]);
  }

  // Counts by name or by interrupt, by group.
  template <class Key>
  Counts group(const std::map<Key, std::uint64_t>& counts) const {
    Counts groups;
    for (const auto& [key, count] : counts) groups[group(key)] += count;
    return groups;
  }

 private:
  std::map<std::uint64_t, std::vector<std::string>> names_;
  std::set<std::string> shared_;
};

// Sends datagrams to ourselves, each after the last has arrived: a net_rx each, at least.
void exchange_datagrams(int count) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(socket.get(), name, size), 0);
  ASSERT_EQ(::getsockname(socket.get(), name, &size), 0);
  char byte = 0;
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(::sendto(socket.get(), &byte, 1, 0, name, size), 1);
    ASSERT_EQ(::recv(socket.get(), &byte, 1, 0), 1);
  }
}

TEST_F(Interrupts, SoftirqRunsAreThoseTheKernelCounts) {
  BuiltinRun softirq("softirq");
  const auto runs = [&] { return softirq.counts("softirq_run"); };
  Bracket bracket(runs, softirqs_of_the_kernel, cpus_);
  exchange_datagrams(2000);
  EXPECT_GE(softirq.counts("softirq_run")["net_rx"], 2000u);
  bracket.expect_equal();
}

// The first run of a vector after the program was attached may have been raised before.
TEST_F(Interrupts, EachSoftirqRunHasWaited) {
  BuiltinRun softirq("softirq");
  const auto waits = [&] { return softirq.counts("softirq_wait"); };
  Bracket bracket(waits, softirqs_of_the_kernel, 2 * cpus_);
  exchange_datagrams(2000);
  EXPECT_GE(softirq.counts("softirq_wait")["net_rx"], 2000u);
  bracket.expect_equal();
}

TEST_F(Interrupts, SoftirqCanBeToldAVector) {
  ProgramConfig config;
  config.name = "softirq";
  config.only = {{"vector", {"net_rx"}}};
  BuiltinRun softirq(config);
  exchange_datagrams(100);
  for (const auto& family : {"softirq_wait", "softirq_run"}) {
    const Counts counts = softirq.counts(family);
    ASSERT_EQ(counts.size(), 1u) << family;
    EXPECT_GE(counts.at("net_rx"), 100u) << family;
  }
}

std::uint64_t total(BuiltinRun& hardirq) {
  std::uint64_t sum = 0;
  for (const auto& [irq, count] : hardirq.counts("hardirq_run")) sum += count;
  return sum;
}

// Whatever this machine's disk is, it says by an interrupt that it has written.
bool interrupt_until(const std::function<bool()>& is_enough) {
  const TemporaryDirectory directory;
  return eventually(std::chrono::seconds(60), [&] {
    const std::string path = directory.write("file", "something");
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return ::fsync(file.get()) != 0 || is_enough();
  });
}

TEST_F(Interrupts, HardirqRunsAreThoseOfEachHandler) {
  const TracepointCounter exits("irq_handler_exit", TracepointCounter::By::kFirstArgument);
  BuiltinRun hardirq("hardirq");
  const Handlers handlers;
  const auto runs = [&] { return handlers.group(hardirq.counts("hardirq_run")); };
  const auto handled = [&] { return handlers.group(exits.counts()); };
  Bracket bracket(runs, handled, cpus_);
  EXPECT_TRUE(interrupt_until([&] { return total(hardirq) >= 20; }));
  bracket.expect_equal();
}

TEST_F(Interrupts, HardirqCanBeToldAHandler) {
  BuiltinRun all("hardirq");
  ASSERT_TRUE(interrupt_until([&] { return total(all) >= 20; }));
  const Counts seen = all.counts("hardirq_run");
  const auto busiest = std::max_element(
      seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  ProgramConfig config;
  config.name = "hardirq";
  config.only = {{"irq", {busiest->first, "no such handler"}}};
  BuiltinRun one(config);
  config.only = {{"irq", {"no such handler"}}};
  BuiltinRun none(config);
  ASSERT_TRUE(interrupt_until([&] { return total(one) >= 20; }));
  EXPECT_EQ(one.counts("hardirq_run").size(), 1u);
  EXPECT_TRUE(one.counts("hardirq_run").contains(busiest->first));
  EXPECT_EQ(total(none), 0u);
}

}  // namespace
}  // namespace bpfpush
