#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace bpfpush {

// What the keys of a map mean, said in C++ instead of by BTF. Specialise it for the struct that a
// BPF program has as its key:
//
//   template <>
//   struct bpfpush::KeyLabels<Queue> {
//     static std::vector<std::string> names() { return {"queue"}; }
//     static std::vector<std::string> values(const Queue& queue) { ... }  // as many
//   };
//
// Names are distinct and valid: letters, digits and "_", not beginning with "__". Of values, bytes
// that are not UTF-8 are shown as U+FFFD.
template <typename Key>
struct KeyLabels;

// The same with the key's type erased. `values` is asked with key_size bytes.
struct KeyText {
  std::size_t key_size = 0;
  std::vector<std::string> names;
  std::function<std::vector<std::string>(std::span<const std::byte> key)> values;
};

template <typename Key>
KeyText key_text() {
  static_assert(std::is_trivially_copyable_v<Key>, "a key is bytes that a BPF program wrote");
  return {sizeof(Key), KeyLabels<Key>::names(), [](std::span<const std::byte> bytes) {
            Key key;
            std::memcpy(&key, bytes.data(), sizeof key);
            return KeyLabels<Key>::values(key);
          }};
}

}  // namespace bpfpush
