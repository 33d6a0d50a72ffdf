#pragma once

#include "env/filesystem.hpp"

namespace bpfpush {

class PosixFilesystem final : public Filesystem {
 public:
  Result<std::string> read_file(const std::string& path) const override;
  Result<std::string> read_link(const std::string& path) const override;
};

}  // namespace bpfpush
