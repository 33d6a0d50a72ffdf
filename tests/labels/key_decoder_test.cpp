#include "labels/key_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "support/bytes.hpp"
#include "support/fake_filesystem.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;

TEST(KeyDecoder, ShowsEachFieldByItsKind) {
  struct Case {
    const char* name;
    KeyField field;
    KeyBytes key;
    const char* want;
  };
  const Case cases[] = {
      {"one byte",
       {"l", 0, 1, FieldKind::kUnsigned, "", {}},
       KeyBytes().add(std::uint8_t{200}),
       "200"},
      {"eight bytes",
       {"l", 0, 8, FieldKind::kUnsigned, "", {}},
       KeyBytes().add(std::numeric_limits<std::uint64_t>::max()),
       "18446744073709551615"},
      {"behind another field",
       {"l", 4, 2, FieldKind::kUnsigned, "", {}},
       KeyBytes().add(1u).add(std::uint16_t{515}),
       "515"},
      {"signed byte",
       {"l", 0, 1, FieldKind::kSigned, "", {}},
       KeyBytes().add(std::int8_t{-1}),
       "-1"},
      {"signed word", {"l", 0, 4, FieldKind::kSigned, "", {}}, KeyBytes().add(-70'000), "-70000"},
      {"smallest of all",
       {"l", 0, 8, FieldKind::kSigned, "", {}},
       KeyBytes().add(std::numeric_limits<std::int64_t>::min()),
       "-9223372036854775808"},
      {"known enumerator",
       {"l", 0, 4, FieldKind::kEnum, "", {{1, "write"}}},
       KeyBytes().add(1u),
       "write"},
      {"unknown enumerator",
       {"l", 0, 4, FieldKind::kEnum, "", {{1, "write"}}},
       KeyBytes().add(7u),
       "7"},
      {"string to its NUL",
       {"l", 0, 8, FieldKind::kString, "", {}},
       KeyBytes().add(std::array<char, 8>{'s', 's', 'h', 'd', '\0', 'x'}),
       "sshd"},
      {"string without a NUL",
       {"l", 0, 4, FieldKind::kString, "", {}},
       KeyBytes().add(std::array<char, 4>{'f', 'u', 'l', 'l'}),
       "full"},
      {"string that is not UTF-8",
       {"l", 0, 2, FieldKind::kString, "", {}},
       KeyBytes().add(std::array<char, 2>{'a', '\xff'}),
       "a\uFFFD"},
      {"device",
       {"l", 0, 4, FieldKind::kUnsigned, "majorminor", {}},
       KeyBytes().add(8u << 8),
       "8:0"},
  };
  const FakeFilesystem filesystem;
  DeviceNames devices(filesystem);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::span<const std::byte> key = c.key;
    const auto decoder = KeyDecoder::create({key.size(), {c.field}}, devices);
    ASSERT_TRUE(decoder);
    EXPECT_THAT(decoder->decode(key), ElementsAre(c.want));
  }
}

TEST(KeyDecoder, NamesItsLabelsInTheKeysOrder) {
  const FakeFilesystem filesystem;
  DeviceNames devices(filesystem);
  const auto decoder = KeyDecoder::create(
      {8, {{"b", 0, 4, FieldKind::kUnsigned, "", {}}, {"a", 4, 4, FieldKind::kUnsigned, "", {}}}},
      devices);
  EXPECT_THAT(decoder->label_names(), ElementsAre("b", "a"));
  EXPECT_THAT(decoder->other(), ElementsAre("other", "other"));
  EXPECT_FALSE(decoder->is_volatile());
}

TEST(KeyDecoder, RefusesDecodersThatDoNotExistOrDoNotFit) {
  const FakeFilesystem filesystem;
  DeviceNames devices(filesystem);
  const auto unknown =
      KeyDecoder::create({4, {{"l", 0, 4, FieldKind::kUnsigned, "palmistry", {}}}}, devices);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error(), Error(Errc::kNotFound, ""));
  EXPECT_NE(unknown.error().message().find("majorminor"), std::string::npos);
  EXPECT_EQ(KeyDecoder::create({8, {{"l", 0, 8, FieldKind::kUnsigned, "majorminor", {}}}}, devices)
                .error(),
            Error(Errc::kUnsupported, ""));
}

}  // namespace
}  // namespace bpfpush
