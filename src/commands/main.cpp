#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>

#include "commands/commands.hpp"
#include "commands/receive_options.hpp"

namespace bpfpush {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done; 1 failed while running; 2 wrong command line or configuration;\n"
    "3 this host or user lacks what BPF needs.";

CLI::App* add_command(CLI::App& app, const char* name, const char* description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->footer(kFooter);
  return command;
}

// `command` and `result` outlive the app's parsing.
void add_drain_command(CLI::App& spool, DrainCommand& command, int& result) {
  CLI::App* one = add_command(spool, "drain",
                              "Deliver what waits there, without running any program; exit code 1 "
                              "if not all of it went.");
  one->add_option("DIR", command.directory, "What spool.path names")->required();
  one->add_option("--config", command.config_file, "Configuration file with the endpoints")
      ->required();
  one->add_option("--endpoint", command.endpoints, "Only to these of them");
  one->add_option("--timeout", command.timeout, "Give up after so long; else until all of it went");
  one->callback([&] { result = drain(command); });
}

// `command` and `result` outlive the app's parsing.
void add_spool_commands(CLI::App& app, SpoolCommand& command, DrainCommand& draining, int& result) {
  CLI::App* all = add_command(app, "spool", "Look into a spool's directory, or empty it.");
  all->require_subcommand(1);
  CLI::App* one = add_command(*all, "inspect", "Its segments, snapshots and cursors.");
  one->add_option("DIR", command.directory, "What spool.path names")->required();
  one->callback([&] { result = spool(command); });
  one = add_command(*all, "verify", "What of it is damaged; exit code 1 if anything is.");
  one->add_option("DIR", command.directory, "What spool.path names")->required();
  one->callback([&] {
    command.verify = true;
    result = spool(command);
  });
  add_drain_command(*all, draining, result);
}

// Runs the command that is called for; an exit code where none is.
std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::fprintf(stderr, "bpfpush: %s; see `bpfpush --help`\n", error.what());
    return kExitUsage;
  }
  return std::nullopt;
}

void add_exporter_options(CLI::App* command, ExporterPrograms& programs) {
  CLI::Option* dir = command->add_option("--config.dir", programs.dir,
                                         "Folder with ebpf_exporter's configurations");
  CLI::Option* names =
      command
          ->add_option("--config.names", programs.names, "Which of them, as in biolatency,timers")
          ->delimiter(',');
  dir->needs(names);
  names->needs(dir);
}

void add_print_options(CLI::App* command, PrintCommand& print) {
  command->add_option("--program", print.programs,
                      "Built-in program (see `list`); may repeat, default: bio");
  command->add_option("--object", print.objects, "BPF object file that describes itself");
  command->add_option("--config", print.config_file, "Also the programs of this file");
  command->add_option("--duration", print.duration, "How long to measure, such as 10s")
      ->capture_default_str();
  add_exporter_options(command, print.exporter);
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("Pushes kernel histograms to Prometheus remote-write receivers.", "bpfpush");
  app.require_subcommand(1);
  app.set_version_flag("--version", "bpfpush " BPFPUSH_VERSION);
  app.footer(kFooter);
  int result = kExitOk;

  RunCommand run_command;
  CLI::App* command = add_command(app, "run", "The agent: measure, and push until stopped.");
  command->add_option("FILE,--config", run_command.config_file, "Configuration file")->required();
  add_exporter_options(command, run_command.exporter);
  command->callback([&] { result = run(run_command); });

  PrintCommand print_command;
  command = add_command(app, "print", "Measure for a while, then print the histograms as text.");
  add_print_options(command, print_command);
  command->callback([&] { result = print(print_command); });

  CheckCommand check_command;
  command = add_command(app, "check", "Validate a configuration; load nothing.");
  command->add_option("FILE,--config", check_command.config_file, "Configuration file");
  add_exporter_options(command, check_command.exporter);
  command->callback([&] { result = check(check_command); });

  command = add_command(app, "list", "Built-in programs, and whether this kernel can run them.");
  ListCommand list_command;
  command->add_option("--config", list_command.config_file,
                      "Whose pinned kernel state to show too; default: that of the default path");
  command->callback([&] { result = list(list_command); });

  UnpinCommand unpin_command;
  command = add_command(app, "unpin", "Remove the kernel state that `pin` keeps.");
  command->add_option("DIR", unpin_command.directory, "Where it is pinned");
  command->add_option("--config", unpin_command.config_file, "Configuration that says where")
      ->excludes("DIR");
  command->callback([&] { result = unpin(unpin_command); });

  ReceiveCommand receive_command;
  command =
      add_command(app, "receive", "A receiver that checks its senders, and shows what arrives.");
  add_receive_options(command, receive_command);
  command->callback([&] { result = receive(receive_command); });

  SpoolCommand spool_command;
  DrainCommand drain_command;
  add_spool_commands(app, spool_command, drain_command, result);

  DemoCommand demo_command;
  command = add_command(app, "demo", "Agent and receiver together, with real block I/O.");
  command->add_option("--duration", demo_command.duration, "How long")->capture_default_str();
  command->callback([&] { result = demo(demo_command); });

  if (const auto ended = parse(app, argc, argv)) return *ended;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "bpfpush: standard output cannot be written\n");
    return kExitFailure;
  }
  return result;
}

}  // namespace
}  // namespace bpfpush

int main(int argc, char** argv) {
  // A connection that the other side closed is an error to handle, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return bpfpush::parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bpfpush: %s\n", error.what());
    return bpfpush::kExitFailure;
  }
}
