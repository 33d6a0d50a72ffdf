// The program `tcp` on a network of the test's own: a child connects to itself a known number of
// times, over loopback.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <optional>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "probe/map_reader.hpp"
#include "support/cgroup.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

FileDescriptor new_socket(int family) {
  return FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

// ::1, or 127.0.0.1 as an IPv6 socket has it.
sockaddr_in6 loopback(bool mapped) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  if (mapped) ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
  return address;
}

bool enter_own_network() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  if (::unshare(CLONE_NEWNET) != 0) return false;
  return ::ioctl(new_socket(AF_INET).get(), SIOCSIFFLAGS, &request) == 0;
}

// Connects, sends a byte there and back, and closes.
bool converse(const FileDescriptor& listener, const sockaddr* address, socklen_t size) {
  const FileDescriptor client = new_socket(AF_INET6);
  if (::connect(client.get(), address, size) != 0) return false;
  const FileDescriptor server(::accept(listener.get(), nullptr, nullptr));
  char byte = 0;
  return ::send(client.get(), &byte, 1, 0) == 1 && ::recv(server.get(), &byte, 1, 0) == 1 &&
         ::send(server.get(), &byte, 1, 0) == 1 && ::recv(client.get(), &byte, 1, 0) == 1;
}

bool converse(bool mapped, int count) {
  sockaddr_in6 address = loopback(mapped);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  const FileDescriptor listener = new_socket(AF_INET6);
  if (::bind(listener.get(), name, size) != 0 || ::listen(listener.get(), 1) != 0) return false;
  if (::getsockname(listener.get(), name, &size) != 0) return false;
  for (int i = 0; i < count; ++i) {
    if (!converse(listener, name, size)) return false;
  }
  return true;
}

bool be_refused(int count) {
  sockaddr_in6 address = loopback(false);
  address.sin6_port = htons(1);
  for (int i = 0; i < count; ++i) {
    const FileDescriptor client = new_socket(AF_INET6);
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(client.get(), name, sizeof address) == 0 || errno != ECONNREFUSED) return false;
  }
  return true;
}

// Runs `work` in a child that has a network of its own, and is in `cgroup` if there is one.
bool in_own_network(const std::function<bool()>& work, const Cgroup* cgroup = nullptr) {
  const std::string processes = cgroup == nullptr ? "" : cgroup->folder() + "/cgroup.procs";
  const pid_t child = ::fork();
  if (child == 0 && !processes.empty()) {
    const FileDescriptor file(::open(processes.c_str(), O_WRONLY | O_CLOEXEC));
    if (::write(file.get(), "0", 1) != 1) ::_exit(1);
  }
  if (child == 0) ::_exit(enter_own_network() && work() ? 0 : 1);
  int status = 1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

class Tcp : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    changes_.emplace("inet_sock_set_state", TracepointCounter::By::kSecondAndThird);
  }

  Bracket connects_beside_a_counter(BuiltinRun& tcp) const {
    const auto ours = [&tcp] {
      auto by_family = tcp.counts("tcp_connect");
      return Bracket::Counts{{"", by_family["ipv4"] + by_family["ipv6"]}};
    };
    const auto theirs = [this] {
      constexpr std::uint64_t kSynSentToEstablished = 2ull << 32 | 1;
      return Bracket::Counts{{"", changes_->counts()[kSynSentToEstablished]}};
    };
    return {ours, theirs, possible_cpu_count().value()};
  }

 private:
  std::optional<TracepointCounter> changes_;
};

// Between our connects others on this machine may make some of theirs, of IPv4 as a rule.
TEST_F(Tcp, CountsTheConnectsThatSucceed) {
  BuiltinRun tcp("tcp");
  Bracket bracket = connects_beside_a_counter(tcp);
  auto before = tcp.totals("tcp_connect");
  ASSERT_TRUE(in_own_network([] { return be_refused(30) && converse(false, 100); }));
  const BuiltinRun::Totals connects = tcp.totals("tcp_connect")["ipv6"];
  bracket.expect_equal();
  EXPECT_EQ(connects.count - before["ipv6"].count, 100u) << "and none of the 30 that were refused";
  EXPECT_EQ(tcp.values("tcp_connect_failures_total")["ipv6,refused"], 30u);
  EXPECT_GT(connects.sum, before["ipv6"].sum);
  EXPECT_LT(connects.sum - before["ipv6"].sum, 100 * 10'000'000'000u)
      << "ten seconds each, at most";
}

TEST_F(Tcp, CallsAMappedAddressIpv4) {
  BuiltinRun tcp("tcp");
  Bracket bracket = connects_beside_a_counter(tcp);
  auto before = tcp.counts("tcp_connect");
  ASSERT_TRUE(in_own_network([] { return converse(true, 50); }));
  auto after = tcp.counts("tcp_connect");
  bracket.expect_equal();
  EXPECT_GE(after["ipv4"] - before["ipv4"], 50u);
  EXPECT_EQ(after["ipv6"], before["ipv6"]);
}

TEST_F(Tcp, CanBeToldACgroupAndAFamily) {
  const Cgroup cgroup = Cgroup::create().value();
  ProgramConfig config;
  config.name = "tcp";
  config.cgroup = cgroup.name();
  BuiltinRun ours(config);
  config.only = {{"family", {"ipv4"}}};
  BuiltinRun ours_of_ipv4(config);
  const auto work = [] { return be_refused(5) && converse(false, 40) && converse(true, 20); };
  ASSERT_TRUE(in_own_network(work, &cgroup));
  ASSERT_TRUE(in_own_network(work));
  using Values = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(ours.counts("tcp_connect"), (Values{{"ipv4", 20}, {"ipv6", 40}}));
  EXPECT_EQ(ours.values("tcp_connect_failures_total"), (Values{{"ipv6,refused", 5}}));
  EXPECT_EQ(ours_of_ipv4.counts("tcp_connect"), (Values{{"ipv4", 20}}));
  EXPECT_EQ(ours_of_ipv4.counts("tcp_rtt"), (Values{{"ipv4", ours.counts("tcp_rtt")["ipv4"]}}));
}

TEST_F(Tcp, SamplesTheRoundTripTimeOfEverySegmentOfAnEstablishedConnection) {
  const TracepointCounter segments("tcp_probe", TracepointCounter::By::kNothing);
  BuiltinRun tcp("tcp");
  const auto samples = [&] {
    auto by_family = tcp.counts("tcp_rtt");
    return Bracket::Counts{{"", by_family["ipv4"] + by_family["ipv6"]}};
  };
  const auto received = [&] { return Bracket::Counts{{"", segments.counts()[0]}}; };
  Bracket bracket(samples, received, possible_cpu_count().value());
  ASSERT_TRUE(in_own_network([] { return converse(false, 200); }));
  const BuiltinRun::Totals rtt = tcp.totals("tcp_rtt")["ipv6"];
  bracket.expect_equal();
  EXPECT_GE(rtt.count, 2 * 200u) << "the byte there and the byte back";
  EXPECT_LT(rtt.sum, rtt.count * 10'000'000u) << "ten seconds each, at most";
}

}  // namespace
}  // namespace bpfpush
