#include "env/posix_filesystem.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

TEST(PosixFilesystem, ReadsASecretThatNotEveryUserMayRead) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("secret", "hunter2\n");
  const PosixFilesystem filesystem;
  for (const mode_t mode : {0400u, 0600u, 0640u, 0440u}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_EQ(filesystem.read_private_file(file).value(), "hunter2\n") << mode;
  }
  for (const mode_t mode : {0644u, 0604u, 0444u, 0777u}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_EQ(filesystem.read_private_file(file).error(), Error(Errc::kInvalidConfig, "")) << mode;
  }
}

TEST(PosixFilesystem, LooksAtTheFileThatALinkNames) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("secret", "hunter2\n");
  const std::string link = directory.path() / "link";
  std::filesystem::create_symlink(file, link);
  const PosixFilesystem filesystem;
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_TRUE(filesystem.read_private_file(link));
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_FALSE(filesystem.read_private_file(link));
}

TEST(PosixFilesystem, DoesNotWaitForWhoWritesToAPipe) {
  const TemporaryDirectory directory;
  const std::string pipe = directory.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const PosixFilesystem filesystem;
  EXPECT_EQ(filesystem.read_private_file(pipe).error(), system_error(EINVAL, ""));
  EXPECT_EQ(filesystem.read_private_file(directory.path()).error(), system_error(EINVAL, ""));
  EXPECT_EQ(filesystem.read_private_file(pipe + "-absent").error(), system_error(ENOENT, ""));
}

}  // namespace
}  // namespace bpfpush
