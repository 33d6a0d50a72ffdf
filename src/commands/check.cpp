#include <cstdio>
#include <string>
#include <vector>

#include "agent/endpoint_protocol.hpp"
#include "agent/programs.hpp"
#include "commands/commands.hpp"
#include "commands/setup.hpp"
#include "env/posix_filesystem.hpp"
#include "sender/read_credentials.hpp"

namespace bpfpush {
namespace {

// The files that the endpoint's connection will need.
std::vector<std::string> files_of(const RemoteWriteConfig& endpoint) {
  std::vector<std::string> files = {endpoint.tls.ca_file, endpoint.tls.cert_file};
  if (endpoint.oauth2) {
    files.insert(files.end(), {endpoint.oauth2->tls.ca_file, endpoint.oauth2->tls.cert_file});
  }
  std::erase(files, "");
  return files;
}

std::vector<std::string> faults_of(const RemoteWriteConfig& endpoint,
                                   const Filesystem& filesystem) {
  std::vector<std::string> faults;
  const auto add = [&faults](const auto& result) {
    if (!result) faults.push_back(result.error().message());
  };
  const CurlTransportOptions options = to_transport_options(endpoint);
  add(check(options));
  add(read_credentials(options, filesystem));
  if (options.oauth2) {
    add(read_secret(filesystem, "oauth2.client_secret", options.oauth2->client_secret));
  }
  for (const std::string& file : files_of(endpoint)) add(filesystem.read_file(file));
  return faults;
}

// What the parser cannot know: whether the objects have the histograms, and endpoints can be what
// they should.
Result<void> check_parts(const Config& config, const Filesystem& filesystem) {
  std::string faults;
  const auto add = [&faults](const std::string& fault) {
    faults += (faults.empty() ? "" : "\n") + fault;
  };
  Collector collector(config.metric_namespace, filesystem);
  const Result<void> opened = open_programs(config, filesystem, collector);
  if (!opened) add(opened.error().message());
  for (const RemoteWriteConfig& endpoint : config.remote_write) {
    const Result<void> possible = check_forms(endpoint, collector);
    if (opened && !possible) add(possible.error().message());
    for (const std::string& fault : faults_of(endpoint, filesystem)) {
      add(endpoint.where + ": remote_write " + endpoint.name + ": " + fault);
    }
  }
  if (!faults.empty()) return Error(Errc::kInvalidConfig, faults);
  return {};
}

}  // namespace

int check(const CheckCommand& command) {
  const PosixFilesystem filesystem;
  const bool has_file = !command.config_file.empty();
  if (!has_file && command.exporter.names.empty()) {
    return fail({Errc::kInvalidConfig,
                 "there is nothing to check; name a configuration file, or --config.dir and "
                 "--config.names"});
  }
  Result<Config> config = Config{};
  if (has_file) config = load_config(filesystem, command.config_file);
  if (!config) return fail(config.error());
  const Result<void> added = add_exporter_programs(command.exporter, *config);
  if (!added) return fail(added.error());
  const Result<void> checked = check_parts(*config, filesystem);
  if (!checked) return fail(checked.error());
  std::printf("%s: valid, %zu program(s), %zu endpoint(s)\n",
              (has_file ? command.config_file : command.exporter.dir).c_str(),
              config->programs.size(), config->remote_write.size());
  if (has_file && config->remote_write.empty())
    std::puts("`run` needs an endpoint under remote_write");
  return kExitOk;
}

}  // namespace bpfpush
