#include <gtest/gtest.h>
#include <malloc.h>
#include <snappy.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace {

std::size_t allocations = 0;
std::size_t allocated_bytes = 0;  // and not freed

void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  allocations += 1;
  allocated_bytes += malloc_usable_size(memory);
  return memory;
}

void release(void* memory) {
  allocated_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}

namespace bpfpush {
namespace {

using testing::append;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

Snapshot make_host(int devices) {
  FamilySnapshot histogram{share({.name = "latency_seconds",
                                  .type = MetricType::kHistogram,
                                  .label_names = {"device", "operation"},
                                  .bounds = {1, 2, 4, 8},
                                  .divisor = 1e9}),
                           {},
                           {}};
  FamilySnapshot counter{share({.name = "errors_total", .label_names = {"device"}}), {}, {}};
  for (int i = 0; i < devices; ++i) {
    const std::string device = "sd" + std::to_string(i);
    append(histogram, make_series({device, "read"}), {99, 1, 2, 3, 4, 5});
    append(counter, make_series({device}), {7});
  }
  return make_snapshot({histogram, counter});
}

// What the same host counts later.
Snapshot later(Snapshot snapshot) {
  snapshot.instant.wall += std::chrono::seconds(15);
  for (FamilySnapshot& family : snapshot.families) {
    for (std::uint64_t& value : family.values) value += 1000;
  }
  return snapshot;
}

// snappy takes its working memory anew each time it compresses: as often as this.
std::size_t allocations_by_snappy(const std::string& message) {
  std::string compressed(snappy::MaxCompressedLength(message.size()), '\0');
  std::size_t size = 0;
  const std::size_t before = allocations;
  snappy::RawCompress(message.data(), message.size(), compressed.data(), &size);
  return allocations - before;
}

// Encodes what the same series count later, in as many requests as before.
void check_steady_state(ProtocolVersion version, HistogramForm form, std::size_t samples_max) {
  const Snapshot first = make_host(100);
  const Snapshot second = later(first);  // whose numbers are longer, and so its messages
  const Snapshot third = later(second);
  Encoder encoder({.writing = {.labels = {{{"job", "bpfpush"}}},
                               .forms = {.form = form, .custom_over_1 = true}},
                   .samples_max = samples_max});
  const std::size_t untouched = allocations;
  const auto range = [version](std::size_t begin) {
    return RequestRange{.begin = begin, .version = version, .with_metadata = true};
  };
  std::vector<std::size_t> begins;
  for (std::size_t begin = 0; begin < series_count(first);) {
    begins.push_back(begin);
    begin = encoder.encode(first, range(begin)).next;
  }
  encoder.done();
  for (const std::size_t begin : begins) (void)encoder.encode(second, range(begin));
  encoder.done();
  ASSERT_GE(begins.size(), 3u);
  ASSERT_GT(allocations, untouched + series_count(first)) << "allocations are not counted";

  for (const std::size_t begin : begins) {
    SCOPED_TRACE(begin);
    const std::size_t before = allocations;
    const EncodedRequest request = encoder.encode(third, range(begin));
    const std::size_t made = allocations - before;
    EXPECT_EQ(made, allocations_by_snappy(testing::decompress(request.body)));
  }
}

TEST(EncoderMemory, IsNotAllocatedForSeriesOfTheSnapshotBefore) {
  for (const auto version : {ProtocolVersion::k1, ProtocolVersion::k2}) {
    for (const auto form : {HistogramForm::kClassic, HistogramForm::kNative, HistogramForm::kCustom,
                            HistogramForm::kBoth}) {
      SCOPED_TRACE(static_cast<int>(version) * 10 + static_cast<int>(form));
      check_steady_state(version, form, 70);
    }
  }
}

void encode_all(Encoder& encoder, const Snapshot& snapshot, ProtocolVersion version) {
  EncodedRequest request;
  while (!request.is_last) {
    request = encoder.encode(snapshot, {.begin = request.next, .version = version});
  }
  encoder.done();
}

// The same families with the first of their series only.
Snapshot first_series(Snapshot snapshot, std::size_t count) {
  for (FamilySnapshot& family : snapshot.families) {
    family.series.resize(count);
    family.values.resize(count * family.family->row_size());
  }
  return snapshot;
}

TEST(EncoderMemory, IsFreedAfterABurstOfSeries) {
  const Snapshot burst = make_host(5000);
  const Snapshot calm = first_series(burst, 10);
  for (const auto version : {ProtocolVersion::k1, ProtocolVersion::k2}) {
    Encoder encoder({.samples_max = 80});
    encode_all(encoder, calm, version);
    encode_all(encoder, calm, version);
    const std::size_t before = allocated_bytes;
    encode_all(encoder, burst, version);
    EXPECT_GT(allocated_bytes, before + 500'000) << "the burst left no trace to be freed";
    for (int i = 0; i < 3; ++i) encode_all(encoder, calm, version);
    EXPECT_LT(allocated_bytes, before + 10'000);
  }
}

}  // namespace
}  // namespace bpfpush
