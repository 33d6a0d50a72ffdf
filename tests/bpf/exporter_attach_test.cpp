// ebpf_exporter's programs in a real kernel: the sections that libbpf does not know, records, the
// mark after attaching, and what goes wrong.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstring>
#include <exception>
#include <fstream>
#include <optional>

#include "agent/event_drain.hpp"
#include "env/asio_clock.hpp"
#include "exporter_fixture.hpp"
#include "exporter_text.hpp"
#include "probe/post_attach_mark.hpp"
#include "support/eventually.hpp"

namespace bpfpush {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// A network of its own, with a loopback interface that is up, while it lives.
class OwnNetwork {
 public:
  OwnNetwork() : before_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    EXPECT_EQ(unshare(CLONE_NEWNET), 0) << std::strerror(errno);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    EXPECT_EQ(ioctl(fd, SIOCSIFFLAGS, &request), 0) << std::strerror(errno);
    close(fd);
  }
  ~OwnNetwork() {
    EXPECT_EQ(setns(before_, CLONE_NEWNET), 0) << std::strerror(errno);
    close(before_);
  }
  OwnNetwork(const OwnNetwork&) = delete;
  OwnNetwork& operator=(const OwnNetwork&) = delete;

 private:
  int before_;
};

void send_datagrams(int count, const std::string& payload) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < count; ++i) {
    // What the port's emptiness is answered with fails a later send, once.
    const auto send = [&] {
      return sendto(fd, payload.data(), payload.size(), 0, reinterpret_cast<sockaddr*>(&to),
                    sizeof to);
    };
    if (send() < 0) {
      EXPECT_EQ(send(), static_cast<ssize_t>(payload.size()));
    }
  }
  close(fd);
}

class ExporterAttach : public ExporterTest {};

TEST_F(ExporterAttach, CountsDatagramsOnTheInterfaceOfItsSection) {
  const OwnNetwork network;
  load({"packets"});
  EXPECT_TRUE(status_of("datagram").attached) << status_of("datagram").reason;
  send_datagrams(7, "abcd");
  send_datagrams(2, "abce");
  const auto shown = lines("datagrams_total");
  EXPECT_THAT(shown, Contains("ebpf_exporter_datagrams_total{payload=\"61626364\"} 7"));
  EXPECT_THAT(shown, Contains("ebpf_exporter_datagrams_total{payload=\"61626365\"} 2"));
  EXPECT_FALSE(status_of("nowhere").attached);
  EXPECT_THAT(status_of("nowhere").reason, HasSubstr("interface nowhere0: No such device"));
}

TEST_F(ExporterAttach, CountsTheClockOfEveryCpuBesideProgramsThatFail) {
  load({"ticks"});
  EXPECT_TRUE(status_of("tick").attached) << status_of("tick").reason;
  const auto ticks = [&] {
    for (const std::string& line : lines("ticks_total")) {
      if (line[0] != '#' && !line.ends_with(" 0")) return true;
    }
    return false;
  };
  EXPECT_TRUE(eventually(60s, ticks)) << "this CPU is busy, so its clock ticks";
  EXPECT_FALSE(status_of("refused").attached);
  EXPECT_THAT(status_of("refused").reason, HasSubstr("does not load"));
  EXPECT_FALSE(status_of("malformed").attached);
  EXPECT_THAT(status_of("malformed").reason,
              HasSubstr("does not attach: its section is not perf_event/type=T"));
}

TEST_F(ExporterAttach, HandsTheProgramTheAddressOfASymbol) {
  std::ifstream symbols("/proc/kallsyms");
  std::uint64_t address = 0;
  for (std::string line; std::getline(symbols, line);) {
    if (line.ends_with(" schedule")) address = std::stoull(line, nullptr, 16);
  }
  ASSERT_NE(address, 0u);
  load({"ticks"});
  std::uint64_t handed = 0;
  const auto is_handed = [&] {
    const std::uint32_t key = 0;
    return bpf_map_lookup_elem(own_map_fd("address"), &key, &handed) == 0 && handed != 0;
  };
  ASSERT_TRUE(eventually(60s, is_handed));
  EXPECT_EQ(handed, address);
}

TEST_F(ExporterAttach, GoesOnWithoutAConfigurationWhoseSymbolIsMissing) {
  load({"nosymbol", "layouts"});
  EXPECT_FALSE(status_of("nosymbol").attached);
  EXPECT_EQ(status_of("nosymbol").reason,
            "kaddrs: this kernel has no symbol no_such_symbol_of_any_kernel");
  EXPECT_TRUE(status_of("mark").attached) << status_of("mark").reason;
}

TEST_F(ExporterAttach, CallsTheMarkOnceWhenAllIsAttached) {
  load({"events", "layouts"});
  const std::string ours =
      "ebpf_exporter_marks_total{process=\"" + std::to_string(getpid()) + "\"} ";
  EXPECT_THAT(lines("marks_total"), Contains(ours + "1"));
  post_attach_mark();
  EXPECT_THAT(lines("marks_total"), Contains(ours + "2"));
}

// Keeps the thread on the CPU it is on.
class OneCpu {
 public:
  OneCpu() {
    EXPECT_EQ(sched_getaffinity(0, sizeof before_, &before_), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    EXPECT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  }
  OneCpu(const OneCpu&) = delete;
  OneCpu& operator=(const OneCpu&) = delete;
  ~OneCpu() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_{};
};

TEST_F(ExporterAttach, CountsRecords) {
  load({"events"});
  for (int i = 0; i < 1'000; ++i) post_attach_mark();
  const std::string ours =
      "ebpf_exporter_calls_total{process=\"" + std::to_string(getpid()) + "\",kind=\"7\"} ";
  EXPECT_THAT(lines("calls_total"), Contains(ours + "1001")) << "the mark itself is one";
  for (int i = 0; i < 5; ++i) post_attach_mark();
  EXPECT_THAT(lines("calls_total"), Contains(ours + "1006"));
}

TEST_F(ExporterAttach, CountsWhatTheKernelHadNoRoomForAsLost) {
  load({"events"});
  const OneCpu one_cpu;  // or what another one lost is not said until that has its next record
  constexpr int kCalls = 50'000;  // more than a CPU's buffer holds, and nobody drains it
  for (int i = 0; i < kCalls; ++i) post_attach_mark();
  (void)lines();
  post_attach_mark();  // the kernel says how many it lost before the next record
  std::uint64_t counted = 0;
  for (const std::string& line : lines("calls_total")) {
    const std::string ours = "process=\"" + std::to_string(getpid()) + "\"";
    if (line.find(ours) != line.npos) counted = std::stoull(line.substr(line.rfind(' ')));
  }
  const auto lost = collector_.maps().front().lost_records;
  ASSERT_TRUE(lost);
  EXPECT_GT(*lost, 0u);
  EXPECT_GE(counted + *lost, kCalls + 2u) << "other processes' marks may be among the lost";
}

// With a loop that drains, on a thread that also makes the records.
class ExporterEvents : public ExporterTest {
 protected:
  void start() {
    drain_.emplace(collector_, clock_);
    boost::asio::co_spawn(io_, drain_->run(), [](const std::exception_ptr&, auto...) {});
  }

  const std::string ours_ =
      "ebpf_exporter_calls_total{process=\"" + std::to_string(getpid()) + "\",kind=\"7\"} ";
  boost::asio::io_context io_{1};
  AsioClock clock_;
  std::optional<EventDrain> drain_;
};

TEST_F(ExporterEvents, AreDrainedAsTheyCome) {
  load({"events"});
  start();
  constexpr int kCalls = 50'000;
  for (int i = 0; i < kCalls; ++i) {
    post_attach_mark();
    if (i % 500 == 0) io_.poll();
  }
  EXPECT_THAT(lines("calls_total"), Contains(ours_ + go_number(kCalls + 1)));
  EXPECT_EQ(collector_.maps().front().lost_records, 0u);
}

TEST_F(ExporterEvents, OutliveTheLoopThatDrainedThem) {
  load({"events"});
  boost::asio::cancellation_signal stop;
  drain_.emplace(collector_, clock_);
  boost::asio::co_spawn(
      io_, drain_->run(),
      boost::asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&, auto...) {}));
  io_.poll();
  stop.emit(boost::asio::cancellation_type::terminal);
  io_.run();
  EXPECT_THAT(lines("calls_total"), Contains(ours_ + "1"));
}

TEST_F(ExporterEvents, BeginAgainWhenTheirFlushIntervalIsOver) {
  load({"flushed"});
  EXPECT_THAT(lines("calls_total"), Contains(ours_ + "1"));
  start();
  const auto is_flushed = [&] {
    io_.poll();
    const auto shown = lines("calls_total");
    return std::find(shown.begin(), shown.end(), ours_ + "1") == shown.end();
  };
  EXPECT_TRUE(eventually(60s, is_flushed));
  post_attach_mark();
  EXPECT_THAT(lines("calls_total"), Contains(ours_ + "1"));
}

}  // namespace
}  // namespace bpfpush
