#include "probe/foreign_map.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "probe/exporter_source.hpp"

namespace bpfpush {
namespace {

struct FreeBtf {
  void operator()(btf* types) const { btf__free(types); }
};

// Null where the map has none, or it may not be seen.
std::unique_ptr<btf, FreeBtf> load_btf(std::uint32_t id) {
  return std::unique_ptr<btf, FreeBtf>(id == 0 ? nullptr : btf__load_from_kernel_by_id(id));
}

Error no_map(const MapPlace& place) {
  return {Errc::kUnsupported, "what is pinned at " + place.text() + " is no map"};
}

Error cannot_open(const MapPlace& place, int error) {
  const std::string where = "the map " + place.text();
  if (error == ENOENT) return {Errc::kNotFound, where + " is not there"};
  // A link cannot be opened to be read, and a folder is no object of BPF's at all.
  const bool is_readable = ::faccessat(AT_FDCWD, place.pinned.c_str(), R_OK, AT_EACCESS) == 0;
  if (place.id == 0 && (error == EINVAL || (error == EACCES && is_readable))) return no_map(place);
  if (error != EPERM && error != EACCES) return system_error(error, "opening " + where);
  return system_error(
      error, place.id == 0
                 ? "opening " + where + ", which takes root, or CAP_BPF and access to the file"
                 : "opening " + where + ", which takes root, or CAP_SYS_ADMIN");
}

// A program or a link can be pinned too.
bool is_map(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  std::array<char, 64> target{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  return size < 0 ||
         std::string_view(target.data(), static_cast<std::size_t>(size)) == "anon_inode:bpf-map";
}

Result<MapInfo> to_map_info(const MapPlace& place, const bpf_map_info& info) {
  MapInfo map;
  map.name = info.name[0] == '\0' ? place.text() : info.name;
  map.key_size = info.key_size;
  map.value_size = info.value_size;
  map.max_entries = info.max_entries;
  map.key_type = info.btf_key_type_id;
  map.value_type = info.btf_value_type_id;
  switch (info.type) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
      map.evicts = info.type == BPF_MAP_TYPE_LRU_HASH;
      return map;
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
      map.evicts = info.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
      map.is_per_cpu = true;
      return map;
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      map.is_per_cpu = true;
      [[fallthrough]];
    case BPF_MAP_TYPE_ARRAY:
      map.is_array = true;
      return map;
    default:
      return Error(Errc::kUnsupported,
                   "the map " + place.text() + " is neither a hash nor an array");
  }
}

}  // namespace

std::string MapPlace::text() const {
  return pinned.empty() ? "id " + std::to_string(id) : pinned;
}

struct ForeignMap::Opened {
  explicit Opened(int map_fd, bool is_ours) : fd(map_fd), owned(is_ours) {}
  ~Opened() {
    if (owned) ::close(fd);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  int fd;
  bool owned;
};

ForeignMap::ForeignMap(MapPlace place, ForeignMapOptions options)
    : place_(std::move(place)), options_(std::move(options)) {}

ForeignMap::~ForeignMap() = default;

Result<std::unique_ptr<ForeignMap>> ForeignMap::create(MapPlace place, ForeignMapOptions options) {
  const Result<void> checked = check_foreign_options(options);
  if (!checked) return checked.error();
  return std::unique_ptr<ForeignMap>(new ForeignMap(std::move(place), std::move(options)));
}

Result<std::unique_ptr<ForeignMap>> ForeignMap::of_descriptor(int map_fd,
                                                              ForeignMapOptions options) {
  auto map = create({}, std::move(options));
  if (map) (*map)->given_fd_ = map_fd;
  return map;
}

Result<int> ForeignMap::find() const {
  if (given_fd_ >= 0) return given_fd_;
  // To read is all that is asked for: whoever pinned the map may grant no more.
  LIBBPF_OPTS(bpf_obj_get_opts, reading);
  reading.file_flags = BPF_F_RDONLY;
  const int fd = place_.pinned.empty() ? bpf_map_get_fd_by_id(place_.id)
                                       : bpf_obj_get_opts(place_.pinned.c_str(), &reading);
  if (fd < 0) return cannot_open(place_, errno);
  return fd;
}

Result<void> ForeignMap::open() {
  opened_.reset();
  const auto fd = find();
  if (!fd) return fd.error();
  opened_ = std::make_unique<Opened>(*fd, given_fd_ < 0);
  const Result<void> inspected = inspect(*fd);
  if (!inspected) opened_.reset();
  return inspected;
}

// A map is what it is for all its life: nothing is asked again of one that is known.
Result<void> ForeignMap::inspect(int map_fd) {
  if (!is_map(map_fd)) return no_map(place_);
  bpf_map_info kernel_info{};
  std::uint32_t size = sizeof kernel_info;
  if (bpf_obj_get_info_by_fd(map_fd, &kernel_info, &size) != 0) {
    return last_system_error("asking what the map " + place_.text() + " is");
  }
  if (layout_ && kernel_info.id == id_) return {};
  auto info = to_map_info(place_, kernel_info);
  if (!info) return info.error();
  const auto types = load_btf(kernel_info.btf_id);
  info->types = types.get();
  const auto cpus = possible_cpu_count();
  if (!cpus) return cpus.error();
  auto layout = lay_out_foreign_map(options_, *info, *cpus);
  if (!layout) return layout.error();
  id_ = kernel_info.id;
  if (!layout_ || !(*layout_ == *layout)) {
    layout_ = std::make_shared<const ForeignLayout>(std::move(*layout));
  }
  return {};
}

Result<void> ForeignMap::read(MapRows& rows) {
  if (!opened_) {
    const Result<void> found = open();
    if (!found) return found;
  }
  const auto opened = std::exchange(opened_, nullptr);
  if (layout_->entries) {
    const auto cpus = possible_cpu_count();
    if (!cpus) return cpus.error();
    return ExporterSource(*layout_->entries, opened->fd, *cpus).read(rows);
  }
  return MapReader(opened->fd, layout_->shape).read(rows);
}

Result<std::uint64_t> ForeignMap::read_overflow(std::span<std::uint64_t> row) {
  std::fill(row.begin(), row.end(), 0);
  return 0;
}

}  // namespace bpfpush
