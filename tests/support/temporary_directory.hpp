#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace bpfpush {

// A new folder that is removed, with all it holds, at the end of its life. Other users may read it:
// some tests start programs as another user. Throws where none can be made.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

  // Writes a file of the folder and returns where it is.
  std::filesystem::path write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;  // empty: moved from
};

// The whole of a file; empty if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace bpfpush
