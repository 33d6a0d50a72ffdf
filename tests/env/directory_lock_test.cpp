#include "env/directory_lock.hpp"

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

TEST(DirectoryLock, IsOneProcessesUntilItIsClosed) {
  const TemporaryDirectory directory;
  {
    const auto lock = lock_directory(directory.path());
    ASSERT_TRUE(lock);
    const auto second = lock_directory(directory.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), Error(Errc::kUnavailable, ""));
    EXPECT_EQ(second.error().message(), directory.path().string() + " is used by another bpfpush");
  }
  EXPECT_TRUE(lock_directory(directory.path()));
}

TEST(DirectoryLock, NeedsADirectory) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(lock_directory(directory.path() / "none"));
  EXPECT_FALSE(lock_directory(directory.write("file", "")));
}

}  // namespace
}  // namespace bpfpush
