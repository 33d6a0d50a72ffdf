#include "env/posix_storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <optional>

#include "support/result_printer.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;

class PosixStorageTest : public testing::Test {
 protected:
  std::string path() const { return (directory_.path() / "spool").string(); }

  Result<void> run(asio::awaitable<Result<void>> work) {
    Result<void> outcome = Error(Errc::kNotFound, "it did not end");
    // Awaited, for GCC 12 takes a result handed to a completion handler for uninitialised.
    auto await = [&outcome](asio::awaitable<Result<void>> pending) -> asio::awaitable<void> {
      outcome = co_await std::move(pending);
    };
    asio::co_spawn(io_, await(std::move(work)), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io_.restart();
    io_.run();
    return outcome;
  }

  std::vector<std::string> names(const Storage& storage) {
    std::vector<std::string> names;
    for (const StoredFile& file : storage.list().value()) names.push_back(file.name);
    return names;
  }

  TemporaryDirectory directory_;
  asio::io_context io_{1};
};

TEST_F(PosixStorageTest, MakesTheDirectoryAndKeepsWhatIsAppended) {
  const auto storage = PosixStorage::open(path()).value();
  ASSERT_TRUE(storage->append("a", "one "));
  ASSERT_TRUE(storage->append("a", "two"));
  EXPECT_EQ(storage->read("a", 0, 100).value(), "one two");
  EXPECT_EQ(storage->read("a", 4, 2).value(), "tw");
  EXPECT_EQ(storage->read("a", 100, 2).value(), "");
  EXPECT_EQ(storage->list().value().at(0).size, 7u);
}

TEST_F(PosixStorageTest, TruncatesRenamesAndRemoves) {
  const auto storage = PosixStorage::open(path()).value();
  ASSERT_TRUE(storage->append("a", "one two"));
  ASSERT_TRUE(storage->append("b", "old"));
  ASSERT_TRUE(storage->truncate("a", 3));
  ASSERT_TRUE(storage->rename("a", "b"));
  EXPECT_THAT(names(*storage), testing::ElementsAre("b")) << "and not the lock";
  EXPECT_EQ(storage->read("b", 0, 100).value(), "one");
  ASSERT_TRUE(storage->remove("b"));
  EXPECT_EQ(storage->read("b", 0, 100), system_error(ENOENT, ""));
  EXPECT_EQ(storage->remove("b"), system_error(ENOENT, ""));
}

TEST_F(PosixStorageTest, SyncsOnAnotherThreadAndComesBack) {
  const auto storage = PosixStorage::open(path()).value();
  ASSERT_TRUE(storage->append("a", "one"));
  EXPECT_TRUE(run(storage->sync("a")));
  EXPECT_TRUE(run(storage->sync_directory()));
  EXPECT_EQ(run(storage->sync("b")), system_error(ENOENT, ""));
}

TEST_F(PosixStorageTest, CanBeDestroyedWithASyncUnderWay) {
  auto storage = PosixStorage::open(path()).value();
  ASSERT_TRUE(storage->append("a", "one"));
  asio::co_spawn(io_, storage->sync("a"), [](const std::exception_ptr&, const Result<void>&) {});
  io_.poll();
  storage.reset();
}

TEST_F(PosixStorageTest, IsForOneAtATime) {
  auto first = PosixStorage::open(path()).value();
  ASSERT_TRUE(first->append("a", "one"));
  const auto second = PosixStorage::open(path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), Error(Errc::kUnavailable, ""));
  EXPECT_THAT(second.error().message(), testing::HasSubstr("used by another"));
  const auto reader = PosixStorage::open_to_read(path());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->read("a", 0, 100).value(), "one");
  first.reset();
  EXPECT_TRUE(PosixStorage::open(path()));
}

TEST_F(PosixStorageTest, SaysWhatItCannotOpen) {
  const auto storage = PosixStorage::open("/proc/nowhere");
  ASSERT_FALSE(storage);
  EXPECT_THAT(storage.error().message(), testing::HasSubstr("/proc/nowhere"));
  EXPECT_EQ(PosixStorage::open_to_read(path()), system_error(ENOENT, ""));
}

}  // namespace
}  // namespace bpfpush
