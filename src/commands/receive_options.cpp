#include "commands/receive_options.hpp"

#include <algorithm>

#include "commands/setup.hpp"

namespace bpfpush {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 nothing to report; 1 a rule was broken, or a request was no remote write;\n"
    "2 wrong command line.";

Result<Misbehaviour> misbehaviour_of(const ReceiveCommand& command) {
  Misbehaviour told;
  if (!command.statuses.empty()) {
    auto statuses = parse_statuses(command.statuses);
    if (!statuses) return Error(Errc::kInvalidConfig, "--status: " + statuses.error().message());
    told.statuses = std::move(*statuses);
  }
  if (!command.delay.empty()) {
    const auto delay = parse_option("--delay", command.delay);
    if (!delay) return delay.error();
    told.delay = *delay;
  }
  if (command.retry_after >= 0) told.retry_after = std::chrono::seconds(command.retry_after);
  if (command.accept == "1.0") told.only = WriteVersion::kV1;
  if (command.accept == "2.0") told.only = WriteVersion::kV2;
  told.resets = command.resets;
  told.written_headers = !command.no_written_headers;
  return told;
}

}  // namespace

void add_receive_options(CLI::App* app, ReceiveCommand& command) {
  app->footer(kFooter);
  app->add_option("--address", command.address, "IP address to listen on")->capture_default_str();
  app->add_option("--port", command.port, "Port to listen on; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app->add_option("--show-every", command.show_every, "How often to show the histograms")
      ->capture_default_str();
  app->add_option("--requests", command.requests, "End after so many requests");
  app->add_option("--duration", command.duration, "End after so long, such as 1m");
  app->add_flag("--json", command.json,
                "Print a line of JSON for each request, and one at the end");
  app->add_flag("--rules", command.list_rules, "List the rules that requests are held against");
  app->add_option("--ignore", command.ignored_rules, "Rules not to report, as in metadata_help")
      ->delimiter(',');
  const std::string misbehave = "To misbehave";
  app->add_option("--status", command.statuses, "Answer with these in turn, as in 503,503,200")
      ->group(misbehave);
  app->add_option("--retry-after", command.retry_after, "Seconds, in answers that are 429 or 5xx")
      ->check(CLI::Range(0, 86'400))
      ->group(misbehave);
  app->add_option("--delay", command.delay, "Wait so long before each answer")->group(misbehave);
  app->add_flag("--reset", command.resets, "Reset connections instead of answering")
      ->group(misbehave);
  app->add_flag("--no-written-headers", command.no_written_headers,
                "Answer 2.0 as a receiver of 1.0 does")
      ->group(misbehave);
  app->add_option("--accept", command.accept, "Take only 1.0 or 2.0, answer 415 to the other")
      ->check(CLI::IsMember({"1.0", "2.0"}))
      ->group(misbehave);
  app->add_option("--max-body", command.max_body, "Bytes; answer 413 to a larger body")
      ->check(CLI::Range(1u, 1u << 30))
      ->group(misbehave);
}

Result<ReceiverOptions> receiver_options(const ReceiveCommand& command) {
  ReceiverOptions options;
  options.address = command.address;
  options.port = static_cast<std::uint16_t>(command.port);
  if (command.max_body > 0) options.body_bytes_max = command.max_body;
  auto told = misbehaviour_of(command);
  if (!told) return told.error();
  options.misbehaviour = std::move(*told);
  const auto rules = conformance::all_rules();
  for (const std::string& name : command.ignored_rules) {
    const auto is_it = [&name](const conformance::Rule* rule) { return rule->name == name; };
    if (std::any_of(rules.begin(), rules.end(), is_it)) continue;
    return Error(Errc::kInvalidConfig, "--ignore: there is no rule \"" + name +
                                           "\"; `bpfpush receive --rules` lists them");
  }
  options.ignored_rules = command.ignored_rules;
  return options;
}

}  // namespace bpfpush
