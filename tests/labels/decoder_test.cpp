// Every decoder that needs no file, from bytes to the label.
#include "labels/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "labels/decoded.hpp"
#include "support/fake_filesystem.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

// A row: decoders, bytes, and what they become.
struct Case {
  std::vector<DecoderSpec> decoders;
  std::string_view bytes;
  std::optional<std::string> want;
};

void expect_labels(const std::vector<Case>& cases) {
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.decoders.back().name + " of " + testing::PrintToString(c.bytes));
    EXPECT_EQ(decoded(c.decoders, c.bytes, names), c.want);
  }
}

DecoderSpec regexp(std::vector<std::string> regexps) {
  return {"regexp", {}, false, std::move(regexps), false};
}

TEST(Decoders, Uint) {
  expect_labels({
      {{{"uint"}}, "\0"sv, "0"},
      {{{"uint"}}, "\xff"sv, "255"},
      {{{"uint"}}, "\x01\x02"sv, "513"},
      {{{"uint"}}, "\xff\xff"sv, "65535"},
      {{{"uint"}}, "\x01\x00\x00\x80"sv, "2147483649"},
      {{{"uint"}}, "\xff\xff\xff\xff"sv, "4294967295"},
      {{{"uint"}}, "\x00\x00\x00\x00\x01\x00\x00\x00"sv, "4294967296"},
      {{{"uint"}}, "\xff\xff\xff\xff\xff\xff\xff\xff"sv, "18446744073709551615"},
      {{{"string"}, {"uint"}}, "\x07\x00\x00\x00"sv, "7"},
      {{{"string"}, {"uint"}}, "abc\0"sv, "unknown:616263"},
      {{{"string"}, {"uint"}}, "\0\0\0\0"sv, "unknown:"},
  });
}

TEST(Decoders, Hex) {
  expect_labels({
      {{{"hex"}}, ""sv, ""},
      {{{"hex"}}, "\0"sv, "00"},
      {{{"hex"}}, "\x0a\xb0\xff"sv, "0ab0ff"},
      {{{"hex"}}, "\x01\x02\x03\x04\x05\x06\x07\x08\x09"sv, "010203040506070809"},
  });
}

TEST(Decoders, String) {
  expect_labels({
      {{{"string"}}, ""sv, ""},
      {{{"string"}}, "\0\0"sv, ""},
      {{{"string"}}, "sshd\0\0\0\0"sv, "sshd"},
      {{{"string"}}, "sshd\0junk"sv, "sshd"},
      {{{"string"}}, "full"sv, "full"},
      {{{"string"}},
       "gr\xc3\xbc\xc3\x9f"
       "e"sv,
       "gr\u00fc\u00dfe"},
      {{{"string"}},
       "a\xff"
       "b"sv,
       "a\uFFFDb"},
      {{{"string"}}, "cut\xc3"sv, "cut\uFFFD"},
  });
}

TEST(Decoders, StaticMap) {
  const DecoderSpec strict{"static_map", {{"1", "read"}, {"2", "write"}, {"", "none"}}};
  const DecoderSpec lenient{"static_map", {{"1", "read"}}, true};
  expect_labels({
      {{{"uint"}, strict}, "\x01"sv, "read"},
      {{{"uint"}, strict}, "\x02\x00\x00\x00"sv, "write"},
      {{{"uint"}, strict}, "\x03"sv, "unknown:3"},
      {{{"string"}, strict}, "\0\0"sv, "none"},
      {{{"uint"}, lenient}, "\x01"sv, "read"},
      {{{"uint"}, lenient}, "\x03"sv, "3"},
      {{{"string"}, lenient}, "x\xff"sv, "x\uFFFD"},
      {{strict}, "1"sv, "read"},
      {{strict}, "1\0"sv, std::string("unknown:1\0"sv)},
  });
}

TEST(Decoders, Regexp) {
  expect_labels({
      {{{"string"}, regexp({"sshd"})}, "sshd\0"sv, "sshd"},
      {{{"string"}, regexp({"s+h"})}, "my-sshd\0"sv, "ssh"},
      {{{"string"}, regexp({"^sshd$"})}, "my-sshd\0"sv, std::nullopt},
      {{{"string"}, regexp({"^([a-z]+)[0-9]"})}, "worker17\0"sv, "worker"},
      {{{"string"}, regexp({"([a-z]+)([0-9]+)"})}, "worker17\0"sv, std::nullopt},
      {{{"string"}, regexp({"(?:[a-z]+)([0-9]+)"})}, "worker17\0"sv, "17"},
      {{{"string"}, regexp({"(a)(b)", "b"})}, "ab\0"sv, "b"},
      {{{"string"}, regexp({"x", "y", "."})}, "zy\0"sv, "y"},
      {{{"string"}, regexp({"a|(b)"})}, "a\0"sv, ""},
      {{{"string"}, regexp({""})}, "any\0"sv, ""},
      {{{"string"}, regexp({".*"})}, "\0"sv, ""},
      {{{"string"}, regexp({".+"})}, "\0"sv, std::nullopt},
      {{{"string"}, regexp({"^.{3}$"})},
       "a\xff"
       "b\0"sv,
       "a\uFFFDb"},
      {{{"uint"}, regexp({"^0$"})}, "\x01"sv, std::nullopt},
      {{{"uint"}, regexp({"^(?P<all>1)$"}), {"static_map", {{"1", "one"}}}}, "\x01"sv, "one"},
  });
}

TEST(Decoders, InetIp) {
  expect_labels({
      {{{"inet_ip"}}, "\x7f\x00\x00\x01"sv, "127.0.0.1"},
      {{{"inet_ip"}}, "\xff\xff\xff\xff"sv, "255.255.255.255"},
      {{{"inet_ip"}}, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv, "::"},
      {{{"inet_ip"}}, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv, "::1"},
      {{{"inet_ip"}}, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x01"sv, "10.0.0.1"},
      {{{"inet_ip"}}, "\0\0\0\0\0\0\0\0\0\0\0\0\x0a\x00\x00\x01"sv, "::a00:1"},
      {{{"inet_ip"}}, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"sv, "2001:db8::1"},
      {{{"inet_ip"}}, "\x20\x01\x0d\xb8\0\1\0\1\0\1\0\1\0\0\0\0"sv, "2001:db8:1:1:1:1::"},
      {{{"inet_ip"}}, "\x20\x01\0\0\0\0\0\1\0\0\0\0\0\0\0\1"sv, "2001:0:0:1::1"},
      {{{"inet_ip"}}, "\x20\x01\0\0\0\0\0\1\0\1\0\0\0\0\0\1"sv, "2001::1:1:0:0:1"},
      {{{"inet_ip"}}, "\0\1\0\0\0\3\0\4\0\5\0\6\0\7\0\x08"sv, "1:0:3:4:5:6:7:8"},
      {{{"inet_ip"}},
       "\xfe\x80\0\0\0\0\0\0\x02\x11\x22\xff\xfe\x33\x44\x55"sv,
       "fe80::211:22ff:fe33:4455"},
      {{{"inet_ip"}}, "\x7f\x00\x00"sv, "?7f0000"},
      {{{"inet_ip"}}, "\x7f\x00\x00\x01\x00"sv, "?7f00000100"},
  });
}

TEST(Decoders, Dname) {
  expect_labels({
      {{{"dname"}}, ""sv, "."},
      {{{"dname"}}, "\0"sv, "."},
      {{{"dname"}}, "\0\0\0\0"sv, "."},
      {{{"dname"}},
       "\x03"
       "com"sv,
       "com"},
      {{{"dname"}},
       "\x07"
       "example\x03"
       "com\0"sv,
       "example.com"},
      {{{"dname"}},
       "\x07"
       "example\x03"
       "com\0\0\0junk"sv,
       "example.com"},
      {{{"dname"}},
       "\x03"
       "co"sv,
       "\x03"
       "co"},
      {{{"dname"}},
       "\x01"
       "a\x3f"
       "b"sv,
       "\x01"
       "a\x3f"
       "b"},
      {{{"dname"}}, "\xc0\x0c"sv, "\uFFFD\x0c"},
      {{{"string"}, {"dname"}},
       "\x01"
       "a\x01"
       "b\0\0"sv,
       "a.b"},
  });
}

TEST(Decoders, Errno) {
  expect_labels({
      {{{"uint"}, {"errno"}}, "\x20\0\0\0"sv, "EPIPE"},
      {{{"uint"}, {"errno"}}, "\x01"sv, "EPERM"},
      {{{"uint"}, {"errno"}}, "\x0b"sv, "EAGAIN"},
      {{{"uint"}, {"errno"}}, "\x23"sv, "EDEADLK"},
      {{{"uint"}, {"errno"}}, "\x5f"sv, "ENOTSUP"},
      {{{"uint"}, {"errno"}}, "\x85"sv, "EHWPOISON"},
      {{{"uint"}, {"errno"}}, "\0"sv, "unknown:0"},
      {{{"uint"}, {"errno"}}, "\x86"sv, "unknown:134"},
      {{{"uint"}, {"errno"}}, "\xe0\xff\xff\xff"sv, "unknown:4294967264"},
      {{{"uint"}, {"errno"}}, "\x01\0\0\0\x01\0\0\0"sv, "unknown:4294967297"},
      {{{"string"}, {"errno"}}, "32x"sv, "unknown:32x"},
  });
}

TEST(Decoders, Syscall) {
  expect_labels({
#ifdef __x86_64__
      {{{"uint"}, {"syscall"}}, "\x00\x00\x00\x00"sv, "read"},
      {{{"uint"}, {"syscall"}}, "\x06\x01\x00\x00"sv, "newfstatat"},
#else
      {{{"uint"}, {"syscall"}}, "\x3f\x00\x00\x00"sv, "read"},
      {{{"uint"}, {"syscall"}}, "\x4f\x00\x00\x00"sv, "newfstatat"},
#endif
      {{{"uint"}, {"syscall"}}, "\xa8\x01\x00\x00"sv, "pidfd_send_signal"},
      {{{"uint"}, {"syscall"}}, "\xce\x01\x00\x00"sv, "mseal"},
      {{{"uint"}, {"syscall"}}, "\xff\xff\x00\x00"sv, "unknown_syscall:65535"},
      {{{"string"}, {"syscall"}}, "-1"sv, "unknown_syscall:-1"},
      {{{"string"}, {"syscall"}}, "\0"sv, "unknown_syscall:"},
  });
}

TEST(Decoders, ReadWhatTheFieldIsWhereTheyReadText) {
  FakeFilesystem filesystem;
  HostNames names(filesystem);
  struct TypedCase {
    const char* name;
    KeyField field;
    std::string_view bytes;
    const char* want;
  };
  const TypedCase cases[] = {
      {"errno of a number",
       {"l", 0, 4, FieldKind::kUnsigned, {{"errno"}}, {}},
       "\x20\0\0\0"sv,
       "EPIPE"},
      {"errno of a signed number",
       {"l", 0, 4, FieldKind::kSigned, {{"errno"}}, {}},
       "\xe0\xff\xff\xff"sv,
       "unknown:-32"},
      {"map of an enumerator",
       {"l", 0, 1, FieldKind::kEnum, {{"static_map", {{"write", "w"}}}}, {{1, "write"}}},
       "\x01"sv,
       "w"},
      {"regexp of a text",
       {"l", 0, 8, FieldKind::kString, {regexp({"^[a-z]+"})}, {}},
       "kworker\0"sv,
       "kworker"},
      {"bytes of a number",
       {"l", 0, 4, FieldKind::kUnsigned, {{"inet_ip"}}, {}},
       "\x0a\0\0\x01"sv,
       "10.0.0.1"},
  };
  for (const TypedCase& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoder = KeyDecoder::create({c.bytes.size(), {c.field}}, names).value();
    EXPECT_EQ(decoder.decode(std::as_bytes(std::span(c.bytes)))->values.front(), c.want);
  }
}

TEST(Decoders, CountValuesThatAreNotUtf8) {
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  const KeySchema schema = {6,
                            {{"a", 0, 2, FieldKind::kBytes, {{"string"}}, {}},
                             {"b", 2, 2, FieldKind::kString, {}, {}},
                             {"c", 4, 2, FieldKind::kString, {regexp({".*"})}, {}}}};
  const auto decoder = KeyDecoder::create(schema, names).value();
  struct CountCase {
    std::string_view key;
    std::size_t repaired;
  };
  const CountCase cases[] = {{"aabbcc"sv, 0},
                             {"\xff\xff"
                              "bbcc"sv,
                              1},
                             {"a\xff"
                              "b\xff"
                              "c\xff"sv,
                              3}};
  for (const CountCase& c : cases) {
    EXPECT_EQ(decoder.decode(std::as_bytes(std::span(c.key)))->repaired, c.repaired);
  }
}

TEST(Decoders, RefuseWhatTheyCannotWorkWith) {
  struct FaultCase {
    const char* name;
    std::size_t size;
    std::vector<DecoderSpec> decoders;
    Errc want;
    const char* says;
  };
  const FaultCase cases[] = {
      {"no such decoder", 4, {{"palmistry"}}, Errc::kNotFound, "there are uint, hex, string"},
      {"no such decoder behind one", 4, {{"uint"}, {"unit"}}, Errc::kNotFound, "\"unit\""},
      {"uint of 3 bytes", 3, {{"uint"}}, Errc::kUnsupported, "uint reads 1, 2, 4 or 8 bytes"},
      {"uint of 16 bytes", 16, {{"uint"}}, Errc::kUnsupported, "the field has 16"},
      {"uint of nothing", 0, {{"uint"}}, Errc::kUnsupported, "the field has 0"},
      {"ksym of 4 bytes", 4, {{"ksym"}}, Errc::kUnsupported, "ksym reads 8 bytes or more"},
      {"kstack of 12 bytes", 12, {{"kstack"}}, Errc::kUnsupported, "a multiple of 8"},
      {"majorminor of 2 bytes", 2, {{"majorminor"}}, Errc::kUnsupported, "4 bytes or more"},
      {"ifname of 2 bytes", 2, {{"ifname"}}, Errc::kUnsupported, "4 bytes or more"},
      {"no map", 4, {{"uint"}, {"static_map"}}, Errc::kInvalidConfig, "has no static_map"},
      {"no regexps", 4, {{"string"}, {"regexp"}}, Errc::kInvalidConfig, "has no regexps"},
      {"a regexp that is none",
       4,
       {{"string"}, regexp({"a(b"})},
       Errc::kInvalidConfig,
       "\"a(b\" does not compile: missing ): a(b"},
  };
  const FakeFilesystem filesystem;
  HostNames names(filesystem);
  for (const FaultCase& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoder = KeyDecoder::create(
        {c.size, {{"the_label", 0, c.size, FieldKind::kBytes, c.decoders, {}}}}, names);
    ASSERT_FALSE(decoder);
    EXPECT_EQ(decoder.error(), Error(c.want, ""));
    EXPECT_THAT(decoder.error().message(), HasSubstr("label the_label: "));
    EXPECT_THAT(decoder.error().message(), HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace bpfpush
