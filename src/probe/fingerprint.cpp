#include "probe/fingerprint.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <string_view>

namespace bpfpush {
namespace {

// Of another form of what is pinned, and how: it is not adopted.
constexpr std::string_view kVersion = "bpfpush pins 1";

// The hash of all that was added, in its order.
class Hash {
 public:
  void add(const void* bytes, std::size_t size) {
    const boost::uuids::name_generator_sha1 hash(so_far_);
    so_far_ = hash(bytes, size);
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  std::string hex() const {
    std::string text = boost::uuids::to_string(so_far_);
    std::erase(text, '-');
    return text;
  }

 private:
  boost::uuids::uuid so_far_{};
};

}  // namespace

std::string fingerprint_of(std::span<const std::byte> file, const bpf_object* object,
                           const std::string& more) {
  Hash hash;
  hash.add(kVersion);
  hash.add(more);
  hash.add(file.data(), file.size());
  const bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    const std::uint32_t sizes[] = {static_cast<std::uint32_t>(bpf_map__type(map)),
                                   bpf_map__key_size(map), bpf_map__value_size(map),
                                   bpf_map__max_entries(map), bpf_map__map_flags(map)};
    hash.add(bpf_map__name(map));
    hash.add(sizes, sizeof sizes);
    std::size_t size = 0;
    const void* constants =
        bpf_map__initial_value(const_cast<bpf_map*>(map), &size);  // NOLINT: libbpf 1.1's signature
    if (constants != nullptr) hash.add(constants, size);
  }
  return hash.hex();
}

}  // namespace bpfpush
