// What a spool takes of the machine: syncs, memory, descriptors.
#include <gtest/gtest.h>
#include <malloc.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iterator>
#include <string>

#include "env/posix_storage.hpp"
#include "spool/spool_deck.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

TEST(SpoolResources, SyncsAsOftenAsItIsTold) {
  struct Case {
    const char* name;
    std::optional<std::chrono::nanoseconds> interval;
    std::size_t syncs_of_segments;  // in 40 snapshots, which are 15 s apart
  };
  const Case cases[] = {
      {"always", seconds(0), 40},
      {"every minute", seconds(60), 10},
      {"never", std::nullopt, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SpoolDeck deck({.sync_interval = c.interval});
    RandomHost host(1);
    ASSERT_TRUE(deck.open({}));
    std::size_t syncs = 0;
    deck.storage.before_write = [&](const char* operation) {
      if (std::strcmp(operation, "sync") == 0) ++syncs;
      return 0;
    };
    for (int i = 0; i < 40; ++i) deck.append(host.next());
    EXPECT_EQ(syncs, c.syncs_of_segments);
  }
}

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(
      std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

TEST(SpoolResources, AWeekOfflineTakesNoMemoryAndNoDescriptors) {
  constexpr int kWeek = 7 * 24 * 3600 / 15;
  TemporaryDirectory directory;
  asio::io_context io(1);
  ManualClock clock;
  const auto storage = std::move(PosixStorage::open(directory.path() / "spool").value());
  const auto spool =
      DiskSpool::open(io.get_executor(), *storage, clock, {.sync_interval = std::nullopt}).value();
  const CursorId dead = spool->open_cursor("dead");
  BusyHost host(10);
  const auto append = [&] {
    asio::co_spawn(io, spool->append(host.next().snapshot), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io.restart();
    io.run();
  };
  for (int i = 0; i < 100; ++i) append();
  const std::size_t bytes = ::mallinfo2().uordblks;
  const std::size_t files = descriptors();
  for (int i = 100; i < kWeek; ++i) append();
  EXPECT_EQ(spool->state(dead).pending_snapshots, static_cast<std::uint64_t>(kWeek));
  EXPECT_GT(spool->disk()->bytes, 4u << 20);
  EXPECT_LT(::mallinfo2().uordblks, bytes + (1u << 20));
  EXPECT_EQ(descriptors(), files);
}

}  // namespace
}  // namespace bpfpush
