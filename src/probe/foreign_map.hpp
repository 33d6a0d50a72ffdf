#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/foreign_layout.hpp"
#include "probe/metric_source.hpp"

namespace bpfpush {

// Where a map that another process made is found.
struct MapPlace {
  std::string pinned;    // a path in a BPF file system, or else
  std::uint32_t id = 0;  // what `bpftool map` lists

  std::string text() const;  // "/sys/fs/bpf/app/latency", "id 42"
};

// A map that another process made, as the source of one metric. It is looked up for each read and
// let go behind it: so one that is not there yet is read once it is, one that is replaced at its
// pin is read from then on, and none is kept alive by being read.
class ForeignMap : public MetricSource {
 public:
  // Touches nothing; what is wrong with the options is found here.
  static Result<std::unique_ptr<ForeignMap>> create(MapPlace place, ForeignMapOptions options);

  // Of a map that its owner has handed over, which is read through that descriptor alone: it must
  // stay open as long as this lives.
  static Result<std::unique_ptr<ForeignMap>> of_descriptor(int map_fd, ForeignMapOptions options);

  ~ForeignMap() override;

  const MapPlace& place() const { return place_; }
  const ForeignMapOptions& options() const { return options_; }

  // Leaves it to the caller what the keys mean: the layout has no labels, whatever BTF says.
  void take_whole_keys() { options_.labels.emplace(); }

  // Finds the map, for the read() that follows. kNotFound or the system's error if it is not there;
  // kUnsupported, kInvalidConfig if what it holds is not what the options say.
  Result<void> open();

  // What the map is, after open(). Another object where a map was found that differs from the last.
  const std::shared_ptr<const ForeignLayout>& layout() const { return layout_; }

  Result<void> read(MapRows& rows) override;
  // Nothing tells what such a map had no room for.
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) override;

 private:
  ForeignMap(MapPlace place, ForeignMapOptions options);

  Result<int> find() const;
  Result<void> inspect(int map_fd);

  MapPlace place_;
  ForeignMapOptions options_;
  int given_fd_ = -1;  // not ours
  std::uint32_t id_ = 0;
  std::shared_ptr<const ForeignLayout> layout_;
  struct Opened;
  std::unique_ptr<Opened> opened_;  // from open() to read()
};

}  // namespace bpfpush
