#include "labels/cgroup_mounts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bpfpush {
namespace {

// Takes the next word off `line`.
std::string_view next_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// The kernel writes spaces, tabs, newlines and backslashes of a path as "\040".
std::string unescaped(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 &&
        std::all_of(digits.begin(), digits.end(), is_octal)) {
      path += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

// Takes the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

bool CgroupMount::has_option(std::string_view option) const {
  return ("," + options + ",").find("," + std::string(option) + ",") != std::string::npos;
}

std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo) {
  std::vector<CgroupMount> mounts, v1_mounts;
  while (!mountinfo.empty()) {
    // "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw": proc(5)
    std::string_view line = next_line(mountinfo);
    for (int i = 0; i < 3; ++i) next_word(line);
    CgroupMount mount;
    mount.root = unescaped(next_word(line));
    mount.path = unescaped(next_word(line));
    while (!line.empty() && next_word(line) != "-") continue;
    const std::string_view type = next_word(line);
    next_word(line);
    mount.options = next_word(line);
    mount.is_v2 = type == "cgroup2";
    if (mount.is_v2) {
      mounts.push_back(std::move(mount));
    } else if (type == "cgroup") {
      v1_mounts.push_back(std::move(mount));
    }
  }
  std::move(v1_mounts.begin(), v1_mounts.end(), std::back_inserter(mounts));
  return mounts;
}

}  // namespace bpfpush
