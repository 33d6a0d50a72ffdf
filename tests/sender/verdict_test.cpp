#include "sender/verdict.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>

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
      {401, Verdict::kRejected},  {403, Verdict::kRejected},
      {404, Verdict::kRejected},  {408, Verdict::kRejected},
      {409, Verdict::kRejected},  // Thanos: out of order
      {413, Verdict::kRejected},  {415, Verdict::kRejected},
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

}  // namespace
}  // namespace bpfpush
