#include "commands/setup.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <utility>

#include "commands/commands.hpp"
#include "commands/host.hpp"
#include "config/names.hpp"
#include "config/quantity.hpp"
#include "env/posix_storage.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

void stop_on_signal(asio::signal_set& signals, const std::function<void()>& stop) {
  signals.async_wait([&signals, stop](const boost::system::error_code& error, int /*signal*/) {
    if (error) return;
    stop();
    stop_on_signal(signals, stop);
  });
}

}  // namespace

Result<Config> load_config(const Filesystem& filesystem, const std::string& file) {
  const auto text = filesystem.read_file(file);
  if (!text) return Error(Errc::kInvalidConfig, text.error().message());
  return parse_config(*text, file, process_environment());
}

Result<void> add_exporter_programs(const ExporterPrograms& programs, Config& config) {
  for (const std::string& name : programs.names) {
    if (!is_exporter_name(name)) {
      return Error(Errc::kInvalidConfig, "--config.names: \"" + name +
                                             "\" is no configuration's name; write a for a.yaml");
    }
    config.programs.push_back({.name = name, .exporter_dir = programs.dir});
  }
  return {};
}

Result<std::chrono::milliseconds> parse_option(const std::string& option, const std::string& text) {
  auto duration = parse_duration(text);
  if (!duration) {
    return Error(Errc::kInvalidConfig, option + ": " + duration.error().message());
  }
  if (*duration < std::chrono::milliseconds(100)) {
    return Error(Errc::kInvalidConfig, option + ": \"" + text + "\" is too short; at least 100ms");
  }
  return *duration;
}

Result<std::unique_ptr<Storage>> open_storage(const SpoolConfig& config) {
  if (config.path.empty()) return std::unique_ptr<Storage>();
  auto storage = PosixStorage::open(config.path);
  if (storage) return std::unique_ptr<Storage>(std::move(*storage));
  return Error(Errc::kInvalidConfig, config.where + ": spool.path: " + storage.error().message());
}

Result<void> load_programs(const Filesystem& filesystem, Collector& collector,
                           const PinDirectory* pins) {
  if (const auto missing = missing_for_bpf(filesystem)) return Error(Errc::kUnsupported, *missing);
  collector.load(pins);
  const auto& programs = collector.programs();
  const auto attached = [](const ProgramState& program) { return program.status.attached; };
  if (!programs.empty() && std::none_of(programs.begin(), programs.end(), attached)) {
    return Error(Errc::kUnsupported, "no program could be loaded (" +
                                         programs.front().status.reason +
                                         "); `bpfpush list` says what this kernel can run");
  }
  return {};
}

void run_until_done(asio::io_context& io, asio::awaitable<void> work,
                    const std::function<void()>& stop) {
  asio::signal_set signals(io, SIGINT, SIGTERM);
  stop_on_signal(signals, stop);
  asio::co_spawn(io, std::move(work), [&io](const std::exception_ptr& exception) {
    io.stop();
    if (exception) std::rethrow_exception(exception);
  });
  io.run();
}

int fail(const Error& error) {
  std::istringstream lines(error.message());
  for (std::string line; std::getline(lines, line);) {
    std::fprintf(stderr, "bpfpush: %s\n", line.c_str());
  }
  if (error.code == make_error_code(Errc::kUnsupported)) return kExitRequirement;
  if (error.code == make_error_code(Errc::kInvalidConfig)) return kExitUsage;
  return kExitFailure;
}

}  // namespace bpfpush
