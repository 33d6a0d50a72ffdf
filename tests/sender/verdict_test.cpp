#include "sender/verdict.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <set>
#include <string>

#include "sender/curl_error.hpp"

namespace bpfpush {
namespace {

TEST(Classify, TakesEachStatusForWhatRemoteWriteSaysItMeans) {
  struct Case {
    int status;
    Verdict want;
  };
  const Case cases[] = {
      {200, Verdict::kDelivered},  // Mimir, Thanos
      {202, Verdict::kDelivered},  // Mimir, deduplicated
      {204, Verdict::kDelivered},  // Prometheus, VictoriaMetrics
      {299, Verdict::kDelivered}, {300, Verdict::kRetry},
      {301, Verdict::kRetry},  // not followed
      {302, Verdict::kRetry},     {308, Verdict::kRetry},
      {400, Verdict::kRejected},  // out of order, too old, malformed
      {401, Verdict::kHeld},      {403, Verdict::kHeld},
      {404, Verdict::kHeld},      {405, Verdict::kHeld},
      {407, Verdict::kHeld},      {408, Verdict::kRejected},
      {409, Verdict::kRejected},  // Thanos: out of order
      {413, Verdict::kTooLarge},  {415, Verdict::kRejected},
      {422, Verdict::kRejected},  {428, Verdict::kRejected},
      {429, Verdict::kRetry},  // over a limit
      {430, Verdict::kRejected},  {499, Verdict::kRejected},
      {500, Verdict::kRetry},     {503, Verdict::kRetry},
      {529, Verdict::kRetry},                              // Mimir's other rate limit
      {599, Verdict::kRetry},     {600, Verdict::kRetry},  // no class that there is
      {999, Verdict::kRetry},     {100, Verdict::kRetry},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.status);
    HttpResponse response;
    response.status = c.status;
    EXPECT_EQ(classify(response), c.want);
  }
}

TEST(Classify, KeepsWhatWasNotAnswered) {
  EXPECT_EQ(classify(curl_error(28, "http://host/", "timed out")), Verdict::kRetry);
  EXPECT_EQ(classify(Error(boost::asio::error::connection_refused, "")), Verdict::kRetry);
  EXPECT_EQ(classify(Error(Errc::kInvalidConfig, "password_file")), Verdict::kRetry);
}

TEST(Classify, KnowsWhyReceiversRefuse) {
  struct Case {
    int status;
    const char* body;
    Verdict verdict;
    Refusal refusal;
  };
  constexpr auto kRejected = Verdict::kRejected;
  const Case cases[] = {
      // Prometheus
      {400, "out of order sample\n", kRejected, Refusal::kOutOfOrder},
      {400, "out of bounds\n", Verdict::kTooOld, Refusal::kTooOld},
      {400, "too old sample\n", Verdict::kTooOld, Refusal::kTooOld},
      {400, "duplicate sample for timestamp\n", kRejected, Refusal::kDuplicate},
      {400, "snappy: decoded length 99 exceeds limit 33554432", Verdict::kTooLarge,
       Refusal::kTooLarge},
      {400, "label name \"a-b\" is not valid", kRejected, Refusal::kOther},
      // Mimir
      {400, "... beyond the out-of-order time window (err-mimir-sample-timestamp-too-old)",
       Verdict::kTooOld, Refusal::kTooOld},
      {400, "samples are not allowed (err-mimir-sample-out-of-order)", kRejected,
       Refusal::kOutOfOrder},
      {400, "(err-mimir-sample-duplicate-timestamp)", kRejected, Refusal::kDuplicate},
      {400, "(err-mimir-too-far-in-future)", kRejected, Refusal::kTooNew},
      {422, "Out of order sample", kRejected, Refusal::kOutOfOrder},
      // Thanos
      {409, "add 5 samples: out of order sample", kRejected, Refusal::kOutOfOrder},
      {409, "add 5 samples: out of bounds", Verdict::kTooOld, Refusal::kTooOld},
      {409, "conflict", kRejected, Refusal::kOutOfOrder},
      // VictoriaMetrics
      {400, "too big packed request; mustn't exceed `-maxInsertRequestSize=33554432` bytes",
       Verdict::kTooLarge, Refusal::kTooLarge},
      // The text counts only where samples are judged.
      {413, "out of bounds", Verdict::kTooLarge, Refusal::kTooLarge},
      {415, "out of bounds", kRejected, Refusal::kOther},
      {401, "out of bounds", Verdict::kHeld, Refusal::kDenied},
      {429, "out of bounds", Verdict::kRetry, Refusal::kOther},
      {400, "", kRejected, Refusal::kOther},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::to_string(c.status) + " " + c.body);
    HttpResponse response;
    response.status = c.status;
    response.body = c.body;
    EXPECT_EQ(classify(response), c.verdict);
    EXPECT_EQ(refusal_of(response), c.refusal);
  }
}

TEST(Refusal, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kRefusals; ++i) names.insert(name_of(Refusal(i)));
  EXPECT_EQ(names.size(), kRefusals);
}

}  // namespace
}  // namespace bpfpush
