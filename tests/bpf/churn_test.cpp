// Maps whose keys come and go while they are read: what stays is read each time, and once.
#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "env/file_descriptor.hpp"
#include "probe/map_reader.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

constexpr std::uint32_t kStableKeys = 500;
constexpr std::uint32_t kChurningKeys = 100;
constexpr int kReads = 5'000;
constexpr int kReadsKeyByKey = 1'000;  // each begins again some dozen times
// So many that an LRU map evicts none of 600: it hands them to the CPUs in batches.
constexpr std::uint32_t kCapacity = 8'192;

struct Kind {
  const char* name;
  bpf_map_type type;
  bool per_cpu;
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class TestMap {
 public:
  TestMap(const Kind& kind, std::uint32_t capacity)
      : cpus_(kind.per_cpu ? possible_cpu_count().value() : 1),
        fd_(bpf_map_create(kind.type, "churn", sizeof(std::uint32_t), sizeof(std::uint64_t),
                           capacity, nullptr)) {}

  // Each CPU's copy is the key's number and one.
  bool create(std::uint32_t key) const {
    const std::vector<std::uint64_t> values(cpus_, key + 1);
    return bpf_map_update_elem(fd_.get(), &key, values.data(), BPF_ANY) == 0;
  }
  void remove(std::uint32_t key) const { bpf_map_delete_elem(fd_.get(), &key); }

  MapReader reader() const { return {fd_.get(), {"churn", sizeof(std::uint32_t), 1, cpus_}}; }
  std::uint64_t sum_of(std::uint32_t key) const { return cpus_ * (key + 1); }

 private:
  std::size_t cpus_;
  FileDescriptor fd_;
};

// Creates and deletes the churning keys, all the time.
class Churn {
 public:
  explicit Churn(const TestMap& map) : thread_([this, &map] { run(map); }) {
    while (rounds_ == 0) std::this_thread::yield();
  }
  ~Churn() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run(const TestMap& map) {
    while (!stop_) {
      for (std::uint32_t i = 0; i < kChurningKeys; ++i) map.create(kStableKeys + i);
      for (std::uint32_t i = 0; i < kChurningKeys; ++i) map.remove(kStableKeys + i);
      rounds_ += 1;
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> rounds_ = 0;
  std::thread thread_;
};

// Fails unless each key is there at most once, with its value, and each of the stable ones is
// there.
void expect_complete(const MapRows& rows, const TestMap& map, std::uint32_t stable_keys) {
  std::set<std::uint32_t> seen;
  std::uint32_t stable = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t key = 0;
    std::memcpy(&key, rows.key(i).data(), sizeof key);
    ASSERT_TRUE(seen.insert(key).second) << "key " << key << " was counted twice";
    if (key >= stable_keys) continue;
    stable += 1;
    ASSERT_EQ(rows.row(i)[0], map.sum_of(key)) << "key " << key;
  }
  ASSERT_EQ(stable, stable_keys) << "stable keys were lost";
}

class ChurningMap : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  void expect_complete_reads(int reads, Result<void> (MapReader::*read)(MapRows&)) {
    const TestMap map(GetParam(), kCapacity);
    for (std::uint32_t key = 0; key < kStableKeys; ++key) ASSERT_TRUE(map.create(key));
    MapReader reader = map.reader();
    MapRows rows;
    const Churn churn(map);
    for (int i = 0; i < reads; ++i) {
      const Result<void> result = (reader.*read)(rows);
      ASSERT_TRUE(result) << "read " << i << ": " << result.error().message();
      ASSERT_NO_FATAL_FAILURE(expect_complete(rows, map, kStableKeys)) << "read " << i;
    }
  }
};

TEST_P(ChurningMap, LosesNothingAndRepeatsNothingInBatches) {
  expect_complete_reads(kReads, &MapReader::read);
}

TEST_P(ChurningMap, LosesNothingAndRepeatsNothingKeyByKey) {
  expect_complete_reads(kReadsKeyByKey, &MapReader::read_key_by_key);
}

std::string name_of(const testing::TestParamInfo<Kind>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(, ChurningMap,
                         testing::Values(Kind{"Hash", BPF_MAP_TYPE_HASH, false},
                                         Kind{"LruHash", BPF_MAP_TYPE_LRU_HASH, false},
                                         Kind{"PerCpuHash", BPF_MAP_TYPE_PERCPU_HASH, true},
                                         Kind{"LruPerCpuHash", BPF_MAP_TYPE_LRU_PERCPU_HASH, true}),
                         name_of);

class ArrayMap : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }
};

// More entries than a batch takes at first, and fewer; a batch that ends with the array, too.
TEST_P(ArrayMap, IsReadAsAWhole) {
  for (const std::uint32_t size : {1u, 100u, 1u << 14, (1u << 14) + 1, 40'000u}) {
    SCOPED_TRACE(size);
    const TestMap map(GetParam(), size);
    for (std::uint32_t key = 0; key < size; ++key) ASSERT_TRUE(map.create(key));
    MapReader reader = map.reader();
    MapRows rows;
    reader.read(rows).value();
    expect_complete(rows, map, size);
    reader.read_key_by_key(rows).value();
    expect_complete(rows, map, size);
  }
}

INSTANTIATE_TEST_SUITE_P(, ArrayMap,
                         testing::Values(Kind{"Array", BPF_MAP_TYPE_ARRAY, false},
                                         Kind{"PerCpuArray", BPF_MAP_TYPE_PERCPU_ARRAY, true}),
                         name_of);

}  // namespace
}  // namespace bpfpush
