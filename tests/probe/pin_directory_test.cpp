#include "probe/pin_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const std::string kHash = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

TEST(PinDirectory, NamesAnObjectAndItsFingerprint) {
  struct Case {
    std::string object;
    std::string name;
  };
  const Case cases[] = {
      {"bio", "bio-" + kHash},
      {"bio_seconds", "bio_seconds-" + kHash},
      {"my.thing/1", "my-thing-1-" + kHash},  // no dots: the file system has none
      {std::string(300, 'x'), std::string(64, 'x') + "-" + kHash},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.object);
    EXPECT_EQ(PinDirectory::name_of(c.object, kHash), c.name);
    EXPECT_EQ(PinDirectory::object_of(c.name) + "-" + kHash, c.name);
  }
}

TEST(PinDirectory, KeepsWhatIsWantedAndWhatIsNotItsOwn) {
  const TemporaryDirectory directory;
  const PinDirectory pins(directory.path());
  for (const std::string& name :
       {"a-" + kHash, "a-" + kOther, "b-" + kHash, "b-" + kHash + "-part", "a-" + kHash + "-part",
        std::string("b"), "b-" + kHash + "x", "-" + kHash, std::string("other-part")}) {
    fs::create_directories(directory.path() / name / "maps");
  }
  EXPECT_THAT(pins.names(), ElementsAre("a-" + kHash, "a-" + kOther, "b-" + kHash));
  pins.keep_only({"a-" + kHash}).value();
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    left.insert(entry.path().filename());
  }
  EXPECT_THAT(left, ElementsAre("-" + kHash, "a-" + kHash, "b", "b-" + kHash + "x", "other-part"));
}

TEST(PinDirectory, HasNothingWhereThereIsNone) {
  const TemporaryDirectory directory;
  const PinDirectory pins(directory.path() / "none");
  EXPECT_TRUE(pins.names().empty());
  EXPECT_TRUE(pins.keep_only({}));
}

}  // namespace
}  // namespace bpfpush
