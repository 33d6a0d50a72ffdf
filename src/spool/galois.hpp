#pragma once

#include <array>
#include <cstdint>

// The field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1, in which addition is XOR.
namespace bpfpush::galois {

struct Tables {
  std::array<std::uint8_t, 510> power{};  // of x, by exponent; twice, so that sums need no modulo
  std::array<std::uint8_t, 256> exponent{};
};

constexpr Tables make_tables() {
  constexpr unsigned kModulus = 0x11d;
  Tables tables;
  unsigned element = 1;
  for (unsigned i = 0; i < 255; ++i) {
    tables.power[i] = tables.power[i + 255] = static_cast<std::uint8_t>(element);
    tables.exponent[element] = static_cast<std::uint8_t>(i);
    element = element << 1 ^ (element >= 0x80 ? kModulus : 0);
  }
  return tables;
}
inline constexpr Tables kTables = make_tables();

constexpr std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  if (a == 0 || b == 0) return 0;
  return kTables.power[kTables.exponent[a] + kTables.exponent[b]];
}

// Of anything but 0.
constexpr std::uint8_t inverse(std::uint8_t a) {
  return kTables.power[255 - kTables.exponent[a]];
}

// All products of `a`.
inline std::array<std::uint8_t, 256> products(std::uint8_t a) {
  std::array<std::uint8_t, 256> all{};
  for (unsigned b = 0; b < all.size(); ++b) all[b] = multiply(a, static_cast<std::uint8_t>(b));
  return all;
}

}  // namespace bpfpush::galois
