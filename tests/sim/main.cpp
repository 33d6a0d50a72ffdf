// Runs worlds. A seed is a world; the same seed is the same world.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world.hpp"

namespace bpfpush::sim {
namespace {

constexpr char kUsage[] =
    "usage: sim --seed N [--trace]               one world, and what happens in it\n"
    "       sim --seeds FROM-TO [--jobs N]       many, with progress\n";

struct Options {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t jobs = 1;
  bool trace = false;
};

// What a job has come to, in memory that it shares with the others.
struct Progress {
  volatile std::uint64_t seed = 0;  // the one it is at
  volatile std::uint64_t worlds = 0;
  volatile std::uint64_t collections = 0;
  volatile std::uint64_t failures = 0;
};

bool parse(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  return error == std::errc() && end == text.end();
}

std::optional<Options> parse(const std::vector<std::string_view>& arguments) {
  Options options;
  bool any = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--trace") {
      options.trace = true;
      continue;
    }
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string_view key = arguments[i];
    const std::string_view value = arguments[++i];
    const std::size_t dash = value.find('-');
    bool valid = false;
    if (key == "--jobs") {
      valid = parse(value, options.jobs) && options.jobs > 0;
    } else if (key == "--seed") {
      valid = any = parse(value, options.from);
      options.to = options.from;
    } else if (key == "--seeds" && dash != value.npos) {
      valid = any =
          parse(value.substr(0, dash), options.from) && parse(value.substr(dash + 1), options.to);
    }
    if (!valid) return std::nullopt;
  }
  if (!any || options.to < options.from) return std::nullopt;
  return options;
}

int run_one(std::uint64_t seed, bool trace) {
  World::Trace say = [](Sky::Time now, const std::string& event) {
    std::fprintf(stderr, "%12.3f %s\n", std::chrono::duration<double>(now).count(), event.c_str());
  };
  World world(seed, trace ? say : nullptr);
  std::printf("seed %lu: %s\n", seed, world.swarm().to_string().c_str());
  const auto failure = world.run();
  std::printf("%s\n", failure ? failure->c_str() : "nothing was wrong");
  return failure ? 1 : 0;
}

// A job's part of the seeds.
void run_part(const Options& options, std::uint64_t job, Progress& progress) {
  for (std::uint64_t seed = options.from + job; seed <= options.to; seed += options.jobs) {
    progress.seed = seed;
    World world(seed);
    if (const auto failure = world.run()) {
      std::printf("seed %lu: %s\n", seed, failure->c_str());
      std::fflush(stdout);
      progress.failures = progress.failures + 1;
    }
    progress.worlds = progress.worlds + 1;
    progress.collections = progress.collections + world.collections();
  }
}

Progress sum(const Progress* jobs, std::uint64_t count) {
  Progress sum;
  for (std::uint64_t i = 0; i < count; ++i) {
    sum.worlds = sum.worlds + jobs[i].worlds;
    sum.collections = sum.collections + jobs[i].collections;
    sum.failures = sum.failures + jobs[i].failures;
  }
  return sum;
}

int run_many(const Options& options) {
  void* const memory = ::mmap(nullptr, options.jobs * sizeof(Progress), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  auto* const jobs = static_cast<Progress*>(memory);
  std::vector<pid_t> children;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    const pid_t child = ::fork();
    if (child == 0) {
      run_part(options, job, jobs[job]);
      ::_exit(0);
    }
    children.push_back(child);
  }
  const std::uint64_t all = options.to - options.from + 1;
  int died = 0;
  for (std::size_t left = children.size(); left > 0;) {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG);
    if (child <= 0) {
      ::sleep(5);
      const Progress now = sum(jobs, options.jobs);
      std::fprintf(stderr, "\r%lu of %lu worlds, %lu failed ", now.worlds, all, now.failures);
      continue;
    }
    left -= 1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    for (std::size_t job = 0; job < children.size(); ++job) {
      if (children[job] == child) std::printf("seed %lu: the process died\n", jobs[job].seed);
    }
    died += 1;
  }
  const Progress end = sum(jobs, options.jobs);
  std::printf("\n%lu worlds, %lu collections, %lu failed\n", end.worlds, end.collections,
              end.failures + static_cast<std::uint64_t>(died));
  return end.failures == 0 && died == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bpfpush::sim

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = bpfpush::sim::parse(arguments);
  if (!options) {
    std::fputs(bpfpush::sim::kUsage, stderr);
    return 2;
  }
  if (!options->trace) bpfpush::sim::be_quiet();
  if (options->from == options->to) return bpfpush::sim::run_one(options->from, options->trace);
  return bpfpush::sim::run_many(*options);
}
