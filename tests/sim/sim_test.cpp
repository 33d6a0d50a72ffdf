#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/world.hpp"

namespace bpfpush::sim {
namespace {

void run(std::uint64_t seed, const std::string& reason) {
  World world(seed);
  const auto failure = world.run();
  if (!failure) return;
  ADD_FAILURE() << *failure << "\n(" << reason << "; replay: " SIM_BINARY " --seed " << seed
                << " --trace)";
}

class Sim : public testing::Test {
 protected:
  void SetUp() override { be_quiet(); }
};

TEST_F(Sim, TheSeedsOfTheListPass) {
  std::ifstream file(SOURCE_DIR "/tests/sim/seeds.txt");
  ASSERT_TRUE(file);
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::uint64_t seed = 0;
    std::string reason;
    ASSERT_TRUE(words >> seed && std::getline(words >> std::ws, reason)) << line;
    run(seed, reason);
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST_F(Sim, ASeedIsTheSameWorldEveryTime) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    std::string traces[2];
    for (std::string& trace : traces) {
      World world(seed, [&trace](Sky::Time now, const std::string& event) {
        trace += std::to_string(now.count()) + " " + event + "\n";
      });
      world.run();
      trace += std::to_string(world.collections());
    }
    EXPECT_EQ(traces[0], traces[1]);
  }
}

}  // namespace
}  // namespace bpfpush::sim
