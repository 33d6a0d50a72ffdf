// bpf/histogram.bpf.h on the real kernel: exact counts, whatever the bounds, the CPUs, the
// interruptions.
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <thread>

#include "env/file_descriptor.hpp"
#include "snapshot/snapshot.hpp"
#include "support/exact_buckets.hpp"
#include "support/requirement.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

class Observe : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }
};

// Observes each value once and expects it in the bucket that user space says.
void expect_buckets(Observer& observer, const std::vector<std::uint64_t>& values) {
  const MetricMap& histogram = observer.histogram();
  std::vector<std::uint64_t> want(histogram.row_size());
  for (const std::uint64_t value : values) {
    observer.observe(1, value);
    want[0] += value;
    want[1 + bucket_of(histogram.layout, value)] += 1;
  }
  EXPECT_EQ(observer.rows().at(1), want);
}

TEST_F(Observe, EveryEdgeOfEveryBoundFallsWhereItShould) {
  struct Case {
    const char* name;
    HistogramOptions histogram;
  };
  const Case cases[] = {
      {"as the object proposes", {}},
      {"the same in seconds", {"seconds", {}, {}}},
      {"exp2 of nanoseconds", {"nanoseconds", Exp2Buckets{0, 63}, {}}},
      {"exp2zero", {"microseconds", Exp2Buckets{-3, 20, true}, {}}},
      {"linear", {"milliseconds", LinearBuckets{0.5, 512}, {}}},
      {"explicit", {"seconds", ExplicitBuckets{{0.001, 0.01, 0.1, 0.3, 1, 10}}, {}}},
      {"one bound", {"seconds", ExplicitBuckets{{1}}, {}}},
      {"native schema 3", {"seconds", NativeBuckets{3, 400}, {}}},
      {"native schema -2", {"seconds", NativeBuckets{-2, 400}, {}}},
      {"as native as there is room", {"seconds", NativeBuckets{8, 512}, {}}},
      {"bounds closer than a nanosecond",
       {"seconds", ExplicitBuckets{{1e-9, 1.2e-9, 1.4e-9, 2e-9}}, {}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Observer observer(c.histogram);
    std::vector<std::uint64_t> values = {0, 1, std::numeric_limits<std::uint64_t>::max()};
    for (const std::uint64_t bound : observer.histogram().layout.measured_bounds) {
      if (bound > 0) values.push_back(bound - 1);
      values.push_back(bound);
      if (bound < std::numeric_limits<std::uint64_t>::max()) values.push_back(bound + 1);
    }
    expect_buckets(observer, values);
  }
}

// Random values and every edge, observed once each; what the bucket of each is says arithmetic that
// rounds nothing.
void expect_exact_buckets(const HistogramOptions& options, std::mt19937_64& random) {
  Observer observer(options);
  const MetricMap& histogram = observer.histogram();
  const ExactBuckets exact(histogram.layout.bounds, histogram.measured_per_exported);
  std::vector<std::uint64_t> values = exact.edges();
  for (int i = 0; i < 300; ++i) values.push_back(random() >> (random() % 64));
  std::vector<std::uint64_t> want(histogram.row_size());
  for (const std::uint64_t value : values) {
    observer.observe(1, value);
    want[0] += value;
    want[1 + exact.bucket_of(value)] += 1;
  }
  EXPECT_EQ(observer.rows().at(1), want);
}

TEST_F(Observe, RandomValuesOfEveryTypeInEveryUnitFallWhereExactArithmeticSays) {
  const BucketSpec specs[] = {
      Exp2Buckets{-30, 34},      Exp2Buckets{0, 63},
      Exp2Buckets{-9, 40, true}, LinearBuckets{0.37, 300},
      LinearBuckets{1e7, 200},   ExplicitBuckets{{1e-9, 1.2e-9, 0.3, 0.7, 10'000'000.1, 1e10}},
      NativeBuckets{-4, 400},    NativeBuckets{0, 400},
      NativeBuckets{3, 400},     NativeBuckets{8, 512},
  };
  std::mt19937_64 random(4);
  for (const char* unit : {"nanoseconds", "microseconds", "milliseconds", "seconds"}) {
    for (const BucketSpec& spec : specs) {
      SCOPED_TRACE(std::string(unit) + ", type " + std::to_string(spec.index()));
      expect_exact_buckets({unit, spec, {}, {}}, random);
    }
  }
}

TEST_F(Observe, KeysAreSeparateAndComeBackWhole) {
  Observer observer;
  observer.observe(1, 1'000, 3);
  observer.observe(2, 5'000, 4);
  const auto rows = observer.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows.at(1)[0], 3'000u);
  EXPECT_EQ(rows.at(2)[0], 20'000u);
  EXPECT_EQ(observation_count(rows.at(2)), 4u);
}

TEST_F(Observe, WhatFindsNoRoomGoesToTheOverflow) {
  HistogramOptions options;
  options.max_entries = 2;
  Observer observer(options);
  for (std::uint32_t id = 0; id < 10; ++id) observer.observe(id, 1'000, 5);
  const auto rows = observer.rows();
  EXPECT_EQ(rows.size(), 2u);
  const auto overflow = observer.overflow();
  EXPECT_EQ(observation_count(overflow), 8u * 5);
  EXPECT_EQ(overflow[0], 8u * 5 * 1'000);
}

void pin_to(std::size_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ASSERT_EQ(::pthread_setaffinity_np(::pthread_self(), sizeof set, &set), 0);
}

TEST_F(Observe, CpusThatObserveTogetherLoseNothing) {
  constexpr std::uint32_t kCount = 200'000;
  const std::size_t cpus = std::max(2u, std::thread::hardware_concurrency());
  Observer observer;
  {
    std::vector<std::jthread> threads;
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
      threads.emplace_back([&observer, cpu] {
        pin_to(cpu % std::max(1u, std::thread::hardware_concurrency()));
        observer.observe(1, 3, kCount);
        observer.observe(static_cast<std::uint32_t>(10 + cpu), 5, kCount);
      });
    }
  }
  const auto rows = observer.rows();
  EXPECT_EQ(observation_count(rows.at(1)), kCount * cpus);
  EXPECT_EQ(rows.at(1)[0], 3 * kCount * cpus);
  for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
    EXPECT_EQ(observation_count(rows.at(static_cast<std::uint32_t>(10 + cpu))), kCount);
  }
}

// A timer that runs the program `interrupt` on this CPU thousands of times a second.
FileDescriptor interrupt_this_cpu(Probe& probe) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.sample_period = 20'000;  // nanoseconds
  FileDescriptor event(static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, -1, ::sched_getcpu(), -1, PERF_FLAG_FD_CLOEXEC)));
  EXPECT_GE(event.get(), 0) << std::strerror(errno);
  EXPECT_EQ(::ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, probe.program_fd("interrupt")), 0)
      << std::strerror(errno);
  return event;
}

std::uint64_t interruptions(Probe& probe) {
  const std::uint32_t zero = 0;
  std::vector<std::uint64_t> bss(4096);
  EXPECT_EQ(bpf_map_lookup_elem(probe.map_fd("observe.bss"), &zero, bss.data()), 0);
  return std::accumulate(bss.begin(), bss.end(), std::uint64_t{0});  // all else in it is zero
}

TEST_F(Observe, InterruptionsInTheMiddleOfAnObservationLoseNothing) {
  constexpr std::uint32_t kCount = 1'000'000;
  Observer observer({}, {{"interrupting_id", "1"}});
  std::jthread thread([&] {
    pin_to(0);
    const FileDescriptor event = interrupt_this_cpu(observer.probe());
    observer.observe(1, 1'000, kCount);
  });
  thread.join();
  const std::uint64_t interrupted = interruptions(observer.probe());
  EXPECT_GT(interrupted, 10u) << "the timer did not run";
  const auto row = observer.rows().at(1);
  EXPECT_EQ(observation_count(row) + observation_count(observer.overflow()), kCount + interrupted);
}

TEST_F(Observe, InterruptionsInTheMiddleOfAnInsertionLoseNothing) {
  constexpr std::uint32_t kKeys = 20'000;
  HistogramOptions options;
  options.max_entries = kKeys + 1;
  Observer observer(options, {{"interrupting_id", "4000000000"}});
  std::jthread thread([&] {
    pin_to(0);
    const FileDescriptor event = interrupt_this_cpu(observer.probe());
    for (std::uint32_t id = 0; id < kKeys; ++id) observer.observe(id, 1'000);
  });
  thread.join();
  std::uint64_t total = observation_count(observer.overflow());
  for (const auto& [id, row] : observer.rows()) total += observation_count(row);
  EXPECT_EQ(total, kKeys + interruptions(observer.probe()));
}

}  // namespace
}  // namespace bpfpush
