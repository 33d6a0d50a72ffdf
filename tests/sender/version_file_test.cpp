#include "sender/version_file.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <exception>

#include "support/fake_storage.hpp"

namespace bpfpush {
namespace {

constexpr const char* kName = "main.version";
const VersionFinding kFinding{ProtocolVersion::k2,
                              WallTime(std::chrono::milliseconds(1'700'000'000'000))};

class VersionFileTest : public ::testing::Test {
 protected:
  void save(const VersionFinding& finding, const std::string& url = "http://a/") {
    VersionFile file(&storage_, "main", url);
    boost::asio::io_context io;
    boost::asio::co_spawn(io, file.save(finding), [](const std::exception_ptr& exception) {
      if (exception) std::rethrow_exception(exception);
    });
    io.run();
  }
  std::optional<VersionFinding> load(const std::string& url = "http://a/") {
    return VersionFile(&storage_, "main", url).load();
  }

  FakeStorage storage_;
};

TEST_F(VersionFileTest, HasWhatWasSavedLast) {
  EXPECT_EQ(load(), std::nullopt);
  save(kFinding);
  EXPECT_EQ(load(), kFinding);
  const VersionFinding next{ProtocolVersion::k1, kFinding.found + std::chrono::hours(1)};
  save(next);
  EXPECT_EQ(load(), next);
}

TEST_F(VersionFileTest, IsOfOneUrl) {
  save(kFinding, "http://a/");
  EXPECT_EQ(load("http://b/"), std::nullopt);
  EXPECT_EQ(storage_.at(kName).find("http"), std::string::npos) << "a URL may hold a secret";
}

TEST_F(VersionFileTest, IsOfNoUseWhereAnyBitOfItIsWrong) {
  save(kFinding);
  const std::string whole = storage_.at(kName);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    SCOPED_TRACE(bit);
    storage_.at(kName) = whole;
    storage_.at(kName)[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(load(), std::nullopt);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    storage_.at(kName) = whole.substr(0, size);
    EXPECT_EQ(load(), std::nullopt);
  }
}

// Whichever operation fails or is the last before a crash: the old one or the new one is there.
TEST_F(VersionFileTest, IsReplacedWhole) {
  const VersionFinding next{ProtocolVersion::k1, kFinding.found + std::chrono::hours(1)};
  for (std::uint64_t good = 0; good < 8; ++good) {
    SCOPED_TRACE(good);
    storage_ = FakeStorage();
    save(kFinding);
    const std::uint64_t end = storage_.writes + good;
    storage_.before_write = [&](const char*) { return storage_.writes > end ? EIO : 0; };
    save(next);
    storage_.before_write = nullptr;
    storage_.crash([] { return 0.0; });
    const auto loaded = load();
    EXPECT_TRUE(loaded == kFinding || loaded == next);
    save(next);
    EXPECT_EQ(load(), next) << "what is left of the attempt is in the way";
  }
}

TEST(VersionFile, IsNowhereWithoutStorage) {
  EXPECT_EQ(VersionFile(nullptr, "main", "http://a/").load(), std::nullopt);
}

}  // namespace
}  // namespace bpfpush
