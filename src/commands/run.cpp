#include <boost/asio/io_context.hpp>
#include <string>

#include "agent/agent.hpp"
#include "agent/programs.hpp"
#include "base/log.hpp"
#include "commands/commands.hpp"
#include "commands/pins.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/posix_filesystem.hpp"
#include "env/resident_memory.hpp"
#include "env/system_random.hpp"

namespace bpfpush {

int run(const RunCommand& command) {
  const PosixFilesystem filesystem;
  auto config = load_config(filesystem, command.config_file);
  if (!config) return fail(config.error());
  const Result<void> added = add_exporter_programs(command.exporter, *config);
  if (!added) return fail(added.error());
  log::set_level(*log::parse_level(config->log.level));
  if (config->remote_write.empty()) {
    return fail({Errc::kInvalidConfig,
                 command.config_file + ": remote_write: there is no endpoint to push to; add one "
                                       "with a `url`"});
  }
  Collector collector(config->metric_namespace, filesystem);
  const Result<void> opened = open_programs(*config, filesystem, collector);
  if (!opened) return fail(opened.error());

  boost::asio::io_context io(1);
  const auto storage = open_storage(config->spool);
  if (!storage) return fail(storage.error());
  AsioClock clock;
  SystemRandom random;
  CurlLoop curl(io.get_executor());
  const AgentParts parts{clock, random, collector, storage->get()};
  const auto agent =
      Agent::create(*config, io.get_executor(), parts, curl_transports(curl, filesystem, clock));
  if (!agent) return fail(agent.error());
  const auto pins = open_pins(config->pin, filesystem);
  if (!pins) return fail(pins.error());
  const Result<void> loaded =
      load_programs(filesystem, collector, *pins ? &(*pins)->directory : nullptr);
  if (!loaded) return fail(loaded.error());

  log::info("started", {{"version", BPFPUSH_VERSION},
                        {"programs", std::to_string(config->programs.size())},
                        {"endpoints", std::to_string(config->remote_write.size())},
                        {"push_interval_ms", std::to_string(config->push_interval.count())}});
  // libbpf, YAML and the libraries that are linked but seldom used (TLS, LDAP, Kerberos) leave more
  // behind than the agent needs while it runs.
  release_resident_memory(filesystem);
  run_until_done(io, (*agent)->run(), [&] { (*agent)->stop(); });
  log::info("stopped");
  return kExitOk;
}

}  // namespace bpfpush
