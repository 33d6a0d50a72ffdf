#include "labels/key_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "support/bytes.hpp"
#include "support/fake_filesystem.hpp"
#include "support/result_printer.hpp"

namespace {

struct Seat {
  std::uint16_t row;
  std::uint16_t side;
};

}  // namespace

template <>
struct bpfpush::KeyLabels<Seat> {
  static std::vector<std::string> names() { return {"row", "side"}; }
  static std::vector<std::string> values(const Seat& seat) {
    return {std::to_string(seat.row), seat.side == 0 ? "left" : "\xff"};
  }
};

namespace bpfpush {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(KeyDecoder, ShowsEachFieldByItsKind) {
  struct Case {
    const char* name;
    KeyField field;
    KeyBytes key;
    const char* want;
  };
  const Case cases[] = {
      {"one byte",
       {"l", 0, 1, FieldKind::kUnsigned, {}, {}},
       KeyBytes().add(std::uint8_t{200}),
       "200"},
      {"eight bytes",
       {"l", 0, 8, FieldKind::kUnsigned, {}, {}},
       KeyBytes().add(std::numeric_limits<std::uint64_t>::max()),
       "18446744073709551615"},
      {"behind another field",
       {"l", 4, 2, FieldKind::kUnsigned, {}, {}},
       KeyBytes().add(1u).add(std::uint16_t{515}),
       "515"},
      {"signed byte",
       {"l", 0, 1, FieldKind::kSigned, {}, {}},
       KeyBytes().add(std::int8_t{-1}),
       "-1"},
      {"signed word", {"l", 0, 4, FieldKind::kSigned, {}, {}}, KeyBytes().add(-70'000), "-70000"},
      {"smallest of all",
       {"l", 0, 8, FieldKind::kSigned, {}, {}},
       KeyBytes().add(std::numeric_limits<std::int64_t>::min()),
       "-9223372036854775808"},
      {"known enumerator",
       {"l", 0, 4, FieldKind::kEnum, {}, {{1, "write"}}},
       KeyBytes().add(1u),
       "write"},
      {"unknown enumerator",
       {"l", 0, 4, FieldKind::kEnum, {}, {{1, "write"}}},
       KeyBytes().add(7u),
       "7"},
      {"string to its NUL",
       {"l", 0, 8, FieldKind::kString, {}, {}},
       KeyBytes().add(std::array<char, 8>{'s', 's', 'h', 'd', '\0', 'x'}),
       "sshd"},
      {"string without a NUL",
       {"l", 0, 4, FieldKind::kString, {}, {}},
       KeyBytes().add(std::array<char, 4>{'f', 'u', 'l', 'l'}),
       "full"},
      {"string that is not UTF-8",
       {"l", 0, 2, FieldKind::kString, {}, {}},
       KeyBytes().add(std::array<char, 2>{'a', '\xff'}),
       "a\uFFFD"},
      {"device",
       {"l", 0, 4, FieldKind::kUnsigned, {{"majorminor"}}, {}},
       KeyBytes().add(8u << 8),
       "unknown:8:0"},
      {"device, as built-in programs show it",
       {"l", 0, 4, FieldKind::kUnsigned, {{"majorminor", {}, false, {}, true}}, {}},
       KeyBytes().add(8u << 8),
       "8:0"},
  };
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::span<const std::byte> key = c.key;
    const auto decoder = KeyDecoder::create({key.size(), {c.field}}, names);
    ASSERT_TRUE(decoder);
    const auto labels = decoder->decode(key);
    ASSERT_TRUE(labels);
    EXPECT_THAT(labels->values, ElementsAre(c.want));
  }
}

TEST(KeyDecoder, NamesItsLabelsInTheKeysOrder) {
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  const auto decoder = KeyDecoder::create(
      {8, {{"b", 0, 4, FieldKind::kUnsigned, {}, {}}, {"a", 4, 4, FieldKind::kUnsigned, {}, {}}}},
      names);
  EXPECT_THAT(decoder->label_names(), ElementsAre("b", "a"));
  EXPECT_THAT(decoder->other(), ElementsAre("other", "other"));
  EXPECT_FALSE(decoder->is_volatile());
}

TEST(KeyDecoder, RefusesDecodersThatDoNotExistOrDoNotFit) {
  struct Case {
    const char* name;
    KeyField field;
    Error want;
    const char* says;
  };
  const Case cases[] = {
      {"unknown",
       {"l", 0, 4, FieldKind::kUnsigned, {{"palmistry"}}, {}},
       {Errc::kNotFound, ""},
       "majorminor"},
      {"too small a field",
       {"l", 0, 2, FieldKind::kUnsigned, {{"majorminor"}}, {}},
       {Errc::kUnsupported, ""},
       "the decoder majorminor reads 4 bytes or more, and the field has 2"},
      {"bytes alone",
       {"l", 0, 4, FieldKind::kBytes, {}, {}},
       {Errc::kInvalidConfig, ""},
       "no decoder"},
      {"not all in the key",
       {"l", 6, 4, FieldKind::kUnsigned, {}, {}},
       {Errc::kInvalidConfig, ""},
       "not all in the key"},
      {"ends beyond all numbers",
       {"l", 1, SIZE_MAX, FieldKind::kString, {}, {}},
       {Errc::kInvalidConfig, ""},
       "not all in the key"},
      {"an integer of no bytes",
       {"l", 0, 0, FieldKind::kSigned, {}, {}},
       {Errc::kInvalidConfig, ""},
       "an integer of 0 bytes"},
  };
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoder = KeyDecoder::create({8, {c.field}}, names);
    ASSERT_FALSE(decoder);
    EXPECT_EQ(decoder.error(), c.want);
    EXPECT_THAT(decoder.error().message(), AllOf(HasSubstr("label l"), HasSubstr(c.says)));
  }
}

TEST(KeyDecoder, TakesWhatACppTypeSaysOfItsKeys) {
  const KeyDecoder decoder(key_text<Seat>());
  EXPECT_THAT(decoder.label_names(), ElementsAre("row", "side"));
  const auto labels = decoder.decode(KeyBytes().add(Seat{7, 1})).value();
  EXPECT_THAT(labels.values, ElementsAre("7", "\uFFFD"));
  EXPECT_EQ(labels.repaired, 1u);
  EXPECT_THAT(decoder.other(), ElementsAre("other", "other"));
  EXPECT_FALSE(decoder.is_volatile());
}

}  // namespace
}  // namespace bpfpush
