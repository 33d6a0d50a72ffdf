#include "sender/request_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bpfpush {
namespace {

const HttpHeaders kProtocol = {
    {"Content-Encoding", "snappy"},
    {"Content-Type", "application/x-protobuf"},
    {"User-Agent", "bpfpush/" BPFPUSH_VERSION},
    {"X-Prometheus-Remote-Write-Version", "0.1.0"},
};

HttpHeaders headers_with(const HttpHeaders& user) {
  return request_headers(ProtocolVersion::k1, Compression::kSnappy, user);
}

TEST(RequestHeaders, AreThoseOfRemoteWriteOne) {
  EXPECT_EQ(headers_with({}), kProtocol);
}

TEST(RequestHeaders, AreThoseOfRemoteWriteTwo) {
  const HttpHeaders want = {
      {"Content-Encoding", "snappy"},
      {"Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request"},
      {"User-Agent", "bpfpush/" BPFPUSH_VERSION},
      {"X-Prometheus-Remote-Write-Version", "2.0.0"},
  };
  EXPECT_EQ(request_headers(ProtocolVersion::k2, Compression::kSnappy, {}), want);
}

TEST(RequestHeaders, AreThoseOfVictoriaMetricsOwnVariant) {
  const HttpHeaders want = {
      {"Content-Encoding", "zstd"},
      {"Content-Type", "application/x-protobuf"},
      {"User-Agent", "bpfpush/" BPFPUSH_VERSION},
      {"X-VictoriaMetrics-Remote-Write-Version", "1"},
  };
  EXPECT_EQ(request_headers(ProtocolVersion::k1, Compression::kZstd, {}), want);
}

TEST(RequestHeaders, EndWithTheUsersOwn) {
  HttpHeaders want = kProtocol;
  want.emplace_back("X-Scope-OrgID", "edge");
  want.emplace_back("THANOS-TENANT", "a");
  EXPECT_EQ(headers_with({{"X-Scope-OrgID", "edge"}, {"THANOS-TENANT", "a"}}), want);
}

TEST(RequestHeaders, CannotBeOverridden) {
  const char* const names[] = {"Content-Encoding",
                               "content-type",
                               "USER-AGENT",
                               "Retry-Attempt",
                               "x-prometheus-remote-write-version",
                               "X-VictoriaMetrics-Remote-Write-Version",
                               "Content-Length",
                               "transfer-encoding",
                               "Expect",
                               "Connection",
                               "Host",
                               "Accept-Encoding"};
  for (const char* name : names) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(is_reserved_header(name));
    EXPECT_EQ(headers_with({{name, "mine"}}), kProtocol);
  }
  EXPECT_FALSE(is_reserved_header("Authorization"));
  EXPECT_FALSE(is_reserved_header("Content"));
  EXPECT_FALSE(is_reserved_header(""));
}

TEST(CheckHeader, RefusesWhatIsNotOneHeader) {
  struct Case {
    const char* name;
    std::string header;
    std::string value;
    bool good;
  };
  const Case cases[] = {
      {"plain", "X-Scope-OrgID", "edge|b", true},
      {"no value", "X-Empty", "", true},
      {"punctuation", "a!#$%&'*+-.^_`|~9", "x", true},
      {"no name", "", "x", false},
      {"a space in the name", "X Y", "x", false},
      {"a colon in the name", "X:", "x", false},
      {"a line break in the name", "X\r\nY", "x", false},
      {"no ASCII in the name", "\xc3\xa4", "x", false},
      {"a new header in the value", "X", "a\r\nAuthorization: b", false},
      {"a line feed in the value", "X", "a\nb", false},
      {"a NUL in the value", "X", std::string("a\0b", 3), false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<void> good = check_header(c.header, c.value);
    EXPECT_EQ(good.has_value(), c.good);
    if (!good) {
      EXPECT_EQ(good.error().code, Errc::kInvalidConfig);
    }
  }
}

}  // namespace
}  // namespace bpfpush
