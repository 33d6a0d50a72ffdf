#include "probe/pinned_object.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace bpfpush {
namespace {

namespace fs = std::filesystem;

constexpr char kMaps[] = "maps";
constexpr char kPrograms[] = "programs";
constexpr char kLinks[] = "links";

// The file system allows no dots in names.
std::string file_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

fs::path part_of(const fs::path& path) {
  return path.string() + PinnedObject::kPartSuffix;
}

Result<void> make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error) return system_error(error.value(), path.string());
  return {};
}

Result<void> rename_to(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return system_error(error.value(), "renaming " + from.string());
  return {};
}

Result<void> remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return system_error(error.value(), "removing " + path.string());
  return {};
}

Result<void> pin_fd(int fd, const fs::path& path) {
  if (bpf_obj_pin(fd, path.c_str()) == 0) return {};
  return last_system_error("pinning " + path.string());
}

std::size_t count_files(const fs::path& directory) {
  std::error_code error;
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
    if (!entry.is_directory(error)) ++count;
  }
  return count;
}

// When the kernel took the pinned program, on the boot-time clock; 0 where that cannot be found
// out.
std::chrono::nanoseconds load_time(const fs::path& program) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  const int fd = bpf_obj_get(program.c_str());
  if (fd < 0) return {};
  const int error = bpf_obj_get_info_by_fd(fd, &info, &size);
  ::close(fd);
  if (error != 0) return {};
  return std::chrono::nanoseconds(static_cast<std::int64_t>(info.load_time));
}

// A link to an interface that is gone; another of its name may be there.
bool is_dead(const fs::path& link) {
  bpf_link_info info{};
  std::uint32_t size = sizeof info;
  const int fd = bpf_obj_get(link.c_str());
  if (fd < 0) return false;  // several links: a directory
  const int error = bpf_obj_get_info_by_fd(fd, &info, &size);
  ::close(fd);
  return error == 0 && info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == 0;
}

}  // namespace

bool PinnedObject::exists() const {
  std::error_code error;
  return fs::is_directory(path_, error);
}

PinnedParts PinnedObject::parts() const {
  PinnedParts parts{count_files(path_ / kMaps), count_files(path_ / kPrograms),
                    count_files(path_ / kLinks)};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_ / kPrograms, error)) {
    const auto loaded = load_time(entry.path());
    if (loaded.count() == 0) continue;
    const bool is_first = parts.counting_since.count() == 0 || loaded < parts.counting_since;
    if (is_first) parts.counting_since = loaded;
  }
  return parts;
}

Result<void> PinnedObject::adopt(bpf_object* object) const {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    const fs::path path = path_ / kMaps / file_name(bpf_map__name(map));
    const int fd = bpf_obj_get(path.c_str());
    if (fd < 0) return last_system_error(path.string());
    const int error = -bpf_map__reuse_fd(map, fd);  // which duplicates it
    ::close(fd);
    if (error != 0) return system_error(error, path.string());
  }
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (has_links(bpf_program__name(program))) bpf_program__set_autoload(program, false);
  }
  return {};
}

Result<void> PinnedObject::pin(const bpf_object* object) const {
  const fs::path part = part_of(path_);
  Result<void> done = remove_tree(part);
  for (const fs::path& directory : {part, part / kMaps, part / kPrograms, part / kLinks}) {
    if (done) done = make_directory(directory);
  }
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (done) done = pin_fd(bpf_map__fd(map), part / kMaps / file_name(bpf_map__name(map)));
  }
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const int fd = bpf_program__fd(program);
    if (done && fd >= 0) done = pin_fd(fd, part / kPrograms / bpf_program__name(program));
  }
  if (done) done = rename_to(part, path_);
  if (!done) (void)remove_tree(part);
  return done;
}

bool PinnedObject::has_links(const std::string& name) const {
  std::error_code error;
  return fs::exists(path_ / kLinks / name, error) && !is_dead(path_ / kLinks / name);
}

void PinnedObject::drop_links(const std::string& name) const {
  const fs::path path = path_ / kLinks / name;
  (void)remove_tree(part_of(path));  // pin_links() says what it cannot remove
  (void)remove_tree(path);
}

// One link is pinned in one step. Several are there when the directory of that name is.
Result<void> PinnedObject::pin_links(const std::string& name,
                                     const std::vector<BpfLink>& links) const {
  const fs::path path = path_ / kLinks / name;
  if (links.size() == 1) return pin_fd(bpf_link__fd(links.front().get()), path);
  const fs::path part = part_of(path);
  Result<void> done = remove_tree(part);
  if (done) done = make_directory(part);
  for (std::size_t i = 0; i < links.size() && done; ++i) {
    done = pin_fd(bpf_link__fd(links[i].get()), part / std::to_string(i));
  }
  if (done) done = rename_to(part, path);
  if (!done) (void)remove_tree(part);
  return done;
}

Result<void> PinnedObject::remove() const {
  const fs::path part = part_of(path_);
  Result<void> done = remove_tree(part);
  if (done && exists()) done = rename_to(path_, part);
  if (done) done = remove_tree(part / kLinks);  // what still counts, first
  if (done) done = remove_tree(part);
  return done;
}

void let_go(std::vector<BpfLink>& links) {
  for (BpfLink& link : links) {
    // libbpf would stop the perf event behind a link, pinned or not; and it closes no descriptor of
    // a link that it no longer is to detach.
    bpf_link__disconnect(link.get());
    ::close(bpf_link__fd(link.get()));
  }
  links.clear();
}

}  // namespace bpfpush
