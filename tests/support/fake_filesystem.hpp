#pragma once

#include <cerrno>
#include <map>
#include <string>

#include "env/filesystem.hpp"

namespace bpfpush {

// Files and links that a test makes up. What is not there is ENOENT.
class FakeFilesystem final : public Filesystem {
 public:
  Result<std::string> read_file(const std::string& path) const override { return at(files, path); }
  Result<std::string> read_link(const std::string& path) const override { return at(links, path); }

  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;

 private:
  static Result<std::string> at(const std::map<std::string, std::string>& all,
                                const std::string& path) {
    const auto found = all.find(path);
    if (found == all.end()) return system_error(ENOENT, path);
    return found->second;
  }
};

}  // namespace bpfpush
