#pragma once

#include <set>
#include <string>

namespace bpfpush {

// The `le` values that the built-in bio program is documented to have, spelled as they are stored.
// They are the contract with dashboards, so they stand here as text and are not computed.
inline const std::set<std::string>& latency_bounds() {
  static const std::set<std::string> bounds = {
      "1",
      "2",
      "4",
      "8",
      "16",
      "32",
      "64",
      "128",
      "256",
      "512",
      "1024",
      "2048",
      "4096",
      "8192",
      "16384",
      "32768",
      "65536",
      "131072",
      "262144",
      "524288",
      "1.048576e+06",
      "2.097152e+06",
      "4.194304e+06",
      "8.388608e+06",
      "1.6777216e+07",
      "3.3554432e+07",
      "6.7108864e+07",
      "1.34217728e+08",
      "2.68435456e+08",
      "5.36870912e+08",
      "1.073741824e+09",
      "2.147483648e+09",
      "+Inf",
  };
  return bounds;
}

inline const std::set<std::string>& size_bounds() {
  static const std::set<std::string> bounds = {"1",    "2",    "4",     "8",     "16",   "32",
                                               "64",   "128",  "256",   "512",   "1024", "2048",
                                               "4096", "8192", "16384", "32768", "+Inf"};
  return bounds;
}

}  // namespace bpfpush
