#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/curl_transports.hpp"
#include "base/result.hpp"
#include "commands/commands.hpp"
#include "config/config.hpp"
#include "env/filesystem.hpp"

namespace bpfpush {

// What several commands begin and end with.

// Reads and parses a configuration file.
Result<Config> load_config(const Filesystem& filesystem, const std::string& file);

// Adds the configurations of ebpf_exporter's that the command line names.
Result<void> add_exporter_programs(const ExporterPrograms& programs, Config& config);

// A duration from the command line, as the configuration writes them, of at least 100 ms. The
// message names `option`.
Result<std::chrono::milliseconds> parse_option(const std::string& option, const std::string& text);

// The directory of the configuration's spool; null where it is in memory. To be destroyed before
// the io_context of the agent.
Result<std::unique_ptr<Storage>> open_storage(const SpoolConfig& config);

// Loads the collector's programs. kUnsupported if this host cannot load BPF programs at all, or
// none of these. `pins` is where their kernel state is kept.
Result<void> load_programs(const Filesystem& filesystem, Collector& collector,
                           const PinDirectory* pins = nullptr);

// Runs `work` on `io` to its end. SIGINT and SIGTERM call `stop`, which should bring that about;
// several, several times.
void run_until_done(boost::asio::io_context& io, boost::asio::awaitable<void> work,
                    const std::function<void()>& stop);

// Prints "bpfpush: MESSAGE" to stderr, a line for each of the message's lines, and returns the exit
// code that fits.
int fail(const Error& error);

}  // namespace bpfpush
