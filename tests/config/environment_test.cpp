#include "config/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/test_environment.hpp"
#include "config/value_of.hpp"

namespace bpfpush {
namespace {

TEST(ExpandEnvironment, ReplacesVariablesAndDoubledDollars) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"${SITE}", "berlin"},
      {"a-${SITE}-${HOSTNAME}", "a-berlin-edge-1"},
      {"$$", "$"},
      {"$${SITE}", "${SITE}"},
      {"$$$${SITE}", "$${SITE}"},
      {"costs 5$ or $more", "costs 5$ or $more"},
      {"${EMPTY}", ""},
      {"${NESTED}", "${SITE}"},
  };
  const Environment environment =
      environment_of({{"SITE", "berlin"}, {"EMPTY", ""}, {"NESTED", "${SITE}"}});
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(value_of(expand_environment(c.text, environment)), c.want);
  }
}

TEST(ExpandEnvironment, RefusesWhatIsNotSetOrNoVariable) {
  const Result<std::string> unset = expand_environment("${SITE}", environment_of());
  ASSERT_FALSE(unset);
  EXPECT_THAT(unset.error().context, testing::HasSubstr("SITE is not set"));
  for (const char* text : {"${", "${SITE", "${}", "${A-B}", "${1}", "${ SITE}"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(expand_environment(text, environment_of()));
  }
}

TEST(ProcessEnvironment, KnowsTheHostWithoutAVariableOfItsName) {
  ::unsetenv("HOSTNAME");
  ::setenv("BPFPUSH_TEST_VARIABLE", "here", 1);
  const Environment environment = process_environment();
  ASSERT_TRUE(environment("HOSTNAME"));
  EXPECT_NE(*environment("HOSTNAME"), "");
  EXPECT_EQ(environment("BPFPUSH_TEST_VARIABLE"), "here");
  EXPECT_EQ(environment("BPFPUSH_TEST_NO_SUCH_VARIABLE"), std::nullopt);
  ::setenv("HOSTNAME", "given", 1);
  EXPECT_EQ(environment("HOSTNAME"), "given");
}

}  // namespace
}  // namespace bpfpush
