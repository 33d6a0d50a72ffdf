#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "agent/event_drain.hpp"
#include "agent/programs.hpp"
#include "commands/commands.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/event.hpp"
#include "env/posix_filesystem.hpp"
#include "remote_write/text_format.hpp"

namespace bpfpush {
namespace {

using boost::asio::experimental::awaitable_operators::operator||;

// The configuration's programs and those of the command line; `bio` where neither names one.
Result<Config> programs_to_print(const Filesystem& filesystem, const PrintCommand& command) {
  Config config;
  if (!command.config_file.empty()) {
    auto loaded = load_config(filesystem, command.config_file);
    if (!loaded) return loaded;
    config = std::move(*loaded);
  }
  for (const std::string& name : command.programs) config.programs.push_back({.name = name});
  for (const std::string& file : command.objects) {
    const std::string name = std::filesystem::path(file).filename().string();
    config.programs.push_back({.name = name.substr(0, name.find('.')), .object = file});
  }
  const Result<void> added = add_exporter_programs(command.exporter, config);
  if (!added) return added.error();
  if (config.programs.empty()) config.programs.push_back({.name = "bio"});
  return config;
}

// Lets the programs count, for a while or until a signal.
class Measurement {
 public:
  // `collector` outlives this, and is loaded.
  Measurement(const boost::asio::any_io_executor& executor, const Collector& collector)
      : collector_(collector), stopped_(executor) {}

  boost::asio::awaitable<void> run(std::chrono::milliseconds duration) {
    const BootTime end = clock_.now() + duration;
    EventDrain events(collector_, clock_);
    co_await (clock_.sleep_until(end) || stopped_.wait() || events.run());
  }

  void stop() { stopped_.set(); }

 private:
  const Collector& collector_;
  AsioClock clock_;
  Event stopped_;
};

}  // namespace

int print(const PrintCommand& command) {
  const PosixFilesystem filesystem;
  const auto duration = parse_option("--duration", command.duration);
  if (!duration) return fail(duration.error());
  const auto config = programs_to_print(filesystem, command);
  if (!config) return fail(config.error());
  Collector collector(config->metric_namespace, filesystem);
  const Result<void> opened = open_programs(*config, filesystem, collector);
  if (!opened) return fail(opened.error());
  const Result<void> loaded = load_programs(filesystem, collector);
  if (!loaded) return fail(loaded.error());

  boost::asio::io_context io(1);
  Measurement measurement(io.get_executor(), collector);
  run_until_done(io, measurement.run(*duration), [&] { measurement.stop(); });

  Snapshot snapshot;
  collector.collect(snapshot.families);
  std::fputs(to_text_format(snapshot).c_str(), stdout);
  const auto has_series = [](const FamilySnapshot& family) { return !family.series.empty(); };
  if (std::none_of(snapshot.families.begin(), snapshot.families.end(), has_series)) {
    std::fprintf(stderr, "bpfpush: nothing was observed in %s\n", command.duration.c_str());
  }
  return kExitOk;
}

}  // namespace bpfpush
