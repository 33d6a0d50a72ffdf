#include "remote_write/label_name.hpp"

#include <algorithm>

namespace bpfpush {
namespace {

bool begins_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_label_name(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return begins_a_name(c) || is_digit(c);
  });
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return begins_a_name(c) || is_digit(c) || c == ':';
  });
}

}  // namespace bpfpush
