#include "sender/negotiation.hpp"

#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr auto k1 = ProtocolVersion::k1;
constexpr auto k2 = ProtocolVersion::k2;
constexpr SentRequest kSent2{k2, 30, 10};
constexpr SentRequest kSent1{k1, 30, 10};

HttpResponse with_written(int status, std::uint64_t samples, std::uint64_t histograms) {
  HttpResponse reply = response(status);
  reply.written = {samples, histograms, 0};
  return reply;
}

// Each row is a kind of receiver, and what it answers.
TEST(VersionTaken, IsWhatAnAnswerShows) {
  struct Case {
    const char* name;
    HttpResponse reply;
    bool known;
    std::size_t samples;
    std::optional<ProtocolVersion> expected;
  };
  const Case cases[] = {
      {"Prometheus 3", with_written(204, 30, 0), false, 30, k2},
      {"Mimir, Cortex", with_written(200, 30, 0), false, 30, k2},
      {"Prometheus 3 that wrote nothing", with_written(204, 0, 0), false, 30, k2},
      {"Prometheus 2, VictoriaMetrics: nothing is stored", response(204), false, 30, k1},
      {"old Mimir and Thanos: nothing is stored", response(200), false, 30, k1},
      {"the same behind one that takes 2.0", response(204), true, 30, k1},
      {"Prometheus 3 with 1.0 only", response(415), false, 30, k1},
      {"the same later", response(415), true, 30, k1},
      {"one that cannot read it", response(400), false, 30, k1},
      {"samples refused by one that is known", response(400), true, 30, std::nullopt},
      {"samples refused by one that says what it wrote", with_written(400, 3, 0), false, 30, k2},
      {"nothing was sent", response(204), false, 0, std::nullopt},
      {"overload", response(503), false, 30, std::nullopt},
      {"a limit", response(429), false, 30, std::nullopt},
      {"credentials", response(401), false, 30, std::nullopt},
      {"no such path", response(404), false, 30, std::nullopt},
      {"too large", response(413), false, 30, std::nullopt},
      {"Thanos: out of order", response(409), false, 30, std::nullopt},
      {"a redirect", response(301), false, 30, std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(version_taken({k2, c.samples, 0}, c.reply, c.known), c.expected);
  }
}

TEST(WrittenSamples, AreThoseTheReceiverSays) {
  struct Case {
    const char* name;
    SentRequest sent;
    HttpResponse reply;
    std::size_t expected;
  };
  HttpResponse samples_only = response(204);
  samples_only.written.samples = 20;
  const Case cases[] = {
      {"all", kSent2, with_written(204, 20, 10), 30},
      {"some", kSent2, with_written(204, 19, 3), 22},
      {"of one kind; the others are 0", kSent2, samples_only, 20},
      {"more than there were", kSent2, with_written(204, 100, 100), 30},
      {"some of a request refused", kSent2, with_written(400, 5, 1), 6},
      {"none are said", kSent2, response(400), 0},
      {"1.0 taken", kSent1, response(204), 30},
      {"1.0 refused", kSent1, response(400), 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(written_samples(c.sent, c.reply), c.expected);
  }
}

TEST(Negotiation, TriesTwoAndFallsBackToOne) {
  Negotiation negotiation(std::nullopt);
  BootTime now{1h};
  EXPECT_EQ(negotiation.version(now), k2);
  EXPECT_EQ(negotiation.judge(kSent2, response(503), now), Verdict::kRetry);
  EXPECT_EQ(negotiation.version(now), k2) << "that says nothing";
  EXPECT_EQ(negotiation.judge(kSent2, no_answer(), now), Verdict::kRetry);
  EXPECT_EQ(negotiation.found(), std::nullopt);
  EXPECT_EQ(negotiation.judge(kSent2, response(204), now), Verdict::kOtherVersion);
  EXPECT_EQ(negotiation.version(now), k1);
  EXPECT_EQ(negotiation.found(), k1);
  EXPECT_EQ(negotiation.judge(kSent1, response(204), now), Verdict::kDelivered);
}

TEST(Negotiation, StaysWithTwoWhereItIsTaken) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  EXPECT_EQ(negotiation.judge(kSent2, with_written(204, 20, 10), now), Verdict::kDelivered);
  EXPECT_EQ(negotiation.judge(kSent2, response(400), now), Verdict::kRejected);
  EXPECT_EQ(negotiation.version(now), k2);
  EXPECT_EQ(negotiation.judge(kSent2, response(415), now), Verdict::kOtherVersion);
  EXPECT_EQ(negotiation.version(now), k1);
}

TEST(Negotiation, AsksAgainOnceADay) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  (void)negotiation.judge(kSent2, response(415), now);
  EXPECT_EQ(negotiation.version(now + 24h - 1s), k1);
  EXPECT_EQ(negotiation.version(now + 24h), k2);
  EXPECT_EQ(negotiation.judge(kSent2, response(415), now + 24h), Verdict::kOtherVersion);
  EXPECT_EQ(negotiation.version(now + 47h), k1);
  EXPECT_EQ(negotiation.judge(kSent2, with_written(204, 20, 10), now + 48h), Verdict::kDelivered);
  EXPECT_EQ(negotiation.version(now + 49h), k2);
}

TEST(Negotiation, RefusedInBothVersionsIsRefused) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  EXPECT_EQ(negotiation.judge(kSent2, response(415), now), Verdict::kOtherVersion);
  EXPECT_EQ(negotiation.judge(kSent1, response(415), now), Verdict::kRejected);
}

TEST(Negotiation, TriesTwoAgainWhereOneIsNotTakenAnyMore) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  (void)negotiation.judge(kSent2, response(415), now);
  (void)negotiation.judge(kSent1, response(204), now);
  EXPECT_EQ(negotiation.judge(kSent1, response(415), now), Verdict::kOtherVersion);
  EXPECT_EQ(negotiation.version(now), k2);
}

TEST(Negotiation, UsesNoOtherVersionThanTheOneItIsToldTo) {
  const BootTime now{1h};
  Negotiation one(k1);
  EXPECT_EQ(one.version(now), k1);
  EXPECT_EQ(one.judge(kSent1, response(415), now), Verdict::kRejected);
  Negotiation two(k2);
  two.recall({k1, WallTime(1h)}, now, WallTime(2h));
  EXPECT_EQ(two.version(now), k2);
  EXPECT_EQ(two.judge(kSent2, with_written(204, 20, 10), now), Verdict::kDelivered);
  // Nothing is stored: what waits is good, only the setting is wrong.
  EXPECT_EQ(two.judge(kSent2, response(204), now), Verdict::kHeld);
  EXPECT_EQ(two.judge(kSent2, response(415), now), Verdict::kHeld);
  EXPECT_EQ(two.judge(kSent2, response(400), now), Verdict::kRejected);
}

TEST(Negotiation, GoesOnFromWhatWasFoundBefore) {
  const BootTime now{1h};
  const WallTime wall{1'000'000h};
  struct Case {
    const char* name;
    VersionFinding finding;
    ProtocolVersion expected;
    ProtocolVersion later;  // an hour
  };
  const Case cases[] = {
      {"1.0, just now", {k1, wall}, k1, k1},
      {"1.0, in a moment: the clock was set back", {k1, wall + 1s}, k1, k1},
      {"1.0, nearly a day ago", {k1, wall - 23h - 30min}, k1, k2},
      {"1.0, a day ago", {k1, wall - 24h}, k2, k2},
      {"1.0, tomorrow: the clock was wrong", {k1, wall + 24h}, k2, k2},
      {"2.0, long ago", {k2, wall - 1000h}, k2, k2},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Negotiation negotiation(std::nullopt);
    negotiation.recall(c.finding, now, wall);
    EXPECT_EQ(negotiation.version(now), c.expected);
    EXPECT_EQ(negotiation.version(now + 1h), c.later);
  }
}

TEST(Negotiation, SaysOnceWhatIsWorthKeeping) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  EXPECT_FALSE(negotiation.take_news());
  (void)negotiation.judge(kSent2, with_written(204, 20, 10), now);
  EXPECT_TRUE(negotiation.take_news());
  (void)negotiation.judge(kSent2, with_written(204, 20, 10), now);
  EXPECT_FALSE(negotiation.take_news()) << "it is what was found before";
  for (int day = 0; day < 2; ++day) {
    (void)negotiation.judge(kSent2, response(415), now);
    EXPECT_TRUE(negotiation.take_news()) << "it counts for another day";
    EXPECT_FALSE(negotiation.take_news());
  }
}

TEST(Negotiation, GivesTwoUpWhereItFailsForEver) {
  Negotiation negotiation(std::nullopt);
  const BootTime now{1h};
  EXPECT_TRUE(negotiation.give_up(k2, now));
  EXPECT_EQ(negotiation.version(now), k1);
  EXPECT_FALSE(negotiation.give_up(k1, now));
  (void)negotiation.judge(kSent2, with_written(204, 20, 10), now);
  EXPECT_FALSE(negotiation.give_up(k2, now)) << "it was taken before";
}

}  // namespace
}  // namespace bpfpush
