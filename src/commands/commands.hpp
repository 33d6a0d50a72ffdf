#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bpfpush {

// What the process returns. README documents them.
enum ExitCode {
  kExitOk = 0,
  kExitFailure = 1,      // something went wrong while running
  kExitUsage = 2,        // the command line or the configuration is wrong
  kExitRequirement = 3,  // this host or user lacks what BPF needs
};

// The commands, one function and one file each. They write results to stdout, errors to stderr, one
// line each, and return an ExitCode.

// Configurations of ebpf_exporter's, as its own command line names them.
struct ExporterPrograms {
  std::string dir;
  std::vector<std::string> names;
};

struct RunCommand {
  std::string config_file;
  ExporterPrograms exporter;  // beside the configuration's programs
};
int run(const RunCommand& command);

struct PrintCommand {
  std::string config_file;            // its programs; empty: none
  std::vector<std::string> programs;  // built-in ones, beside the configuration's
  std::vector<std::string> objects;   // files, likewise
  ExporterPrograms exporter;          // likewise
  std::string duration = "10s";
};
int print(const PrintCommand& command);

struct CheckCommand {
  std::string config_file;  // or none, where there is the other
  ExporterPrograms exporter;
};
int check(const CheckCommand& command);

struct ListCommand {
  std::string config_file;  // says where kernel state is pinned; empty: where it is by default
};
int list(const ListCommand& command);

// Removes the kernel state that agents left pinned in a directory.
struct UnpinCommand {
  std::string directory;    // empty: the configuration's
  std::string config_file;  // empty: where it is by default
};
int unpin(const UnpinCommand& command);

struct ReceiveCommand {
  std::string address = "127.0.0.1";
  int port = 9090;  // 0: any free one
  std::string show_every = "10s";

  // When it ends by itself; otherwise a signal ends it.
  std::size_t requests = 0;  // 0: however many come
  std::string duration;      // "": no limit

  bool list_rules = false;  // and do nothing else
  bool json = false;        // a line for each request, and no histograms
  std::vector<std::string> ignored_rules;

  // What it is told to do to its senders; see Misbehaviour.
  std::string statuses;
  std::string delay;
  bool resets = false;
  bool no_written_headers = false;
  int retry_after = -1;      // seconds; -1: no such header
  std::string accept;        // "1.0" or "2.0"; "": both
  std::size_t max_body = 0;  // bytes; 0: the receiver's own limit
};
// Returns kExitFailure if a sender broke a rule.
int receive(const ReceiveCommand& command);

// What a spool's directory holds (inspect), or what of it is damaged (verify). An agent may be
// using it.
struct SpoolCommand {
  std::string directory;
  bool verify = false;
};
int spool(const SpoolCommand& command);

// Delivers what waits in a spool's directory, without running any program. No agent may be using
// it.
struct DrainCommand {
  std::string directory;
  std::string config_file;             // its endpoints; what it says of the spool is not regarded
  std::vector<std::string> endpoints;  // names; empty: all
  std::string timeout;                 // empty: until everything went
};
int drain(const DrainCommand& command);

struct DemoCommand {
  std::string duration = "10s";
};
int demo(const DemoCommand& command);

}  // namespace bpfpush
