#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

// Long enough for a receiver to close its database.
constexpr std::chrono::seconds kEndTimeout{10};

constexpr int kSignalExitCode = 128;

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

// Our environment with the variables of `added` in front: the first of two of one name counts.
std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> result;
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  for (char** variable = environ; *variable != nullptr; ++variable) result.emplace_back(*variable);
  return result;
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, int out, int err,
                         int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execvpe(arguments[0], arguments, environment);
  const int cause = errno;
  if (::write(report, &cause, sizeof cause) < 0) ::_exit(126);
  ::_exit(127);
}

FileDescriptor open_output(const std::filesystem::path& path) {
  return FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
}

std::filesystem::path with_suffix(std::filesystem::path path, const char* suffix) {
  path += suffix;
  return path;
}

}  // namespace

Result<Process> Process::start(const ProcessOptions& options) {
  const FileDescriptor out = open_output(with_suffix(options.output, ".out"));
  const FileDescriptor err = open_output(with_suffix(options.output, ".err"));
  int ends[2] = {-1, -1};
  if (!out || !err || ::pipe2(ends, O_CLOEXEC) != 0)
    return last_system_error(options.output.string());
  const FileDescriptor report_read(ends[0]);
  FileDescriptor report_write(ends[1]);

  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = environment_with(options.environment);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const pid_t pid = ::fork();
  if (pid < 0) return last_system_error("fork");
  if (pid == 0)
    become(arguments.data(), variables.data(), out.get(), err.get(), report_write.get());

  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  Process process(pid, FileDescriptor(pidfd), options.output);
  if (pidfd < 0) return last_system_error("pidfd_open");
  report_write = FileDescriptor();
  int cause = 0;
  if (::read(report_read.get(), &cause, sizeof cause) == sizeof cause)
    return system_error(cause, options.command.front());
  return process;
}

Process::Process(pid_t pid, FileDescriptor pidfd, std::filesystem::path output)
    : pid_(pid), pidfd_(std::move(pidfd)), output_(std::move(output)) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      output_(std::move(other.output_)),
      exit_code_(other.exit_code_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(output_, other.output_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

Process::~Process() {
  if (pid_ < 0) return;
  kill(SIGTERM);
  if (wait(kEndTimeout)) return;
  kill(SIGKILL);
  wait(kEndTimeout);
}

void Process::kill(int signal) {
  if (running()) ::kill(pid_, signal);
}

std::optional<int> Process::wait(std::chrono::milliseconds timeout) {
  if (exit_code_) return exit_code_;
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(timeout.count())) != 1) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitCode + WTERMSIG(status);
  return exit_code_;
}

std::string Process::output() const {
  return read_file(with_suffix(output_, ".out"));
}

std::string Process::errors() const {
  return read_file(with_suffix(output_, ".err"));
}

std::size_t Process::resident_bytes() const {
  std::istringstream status(read_file("/proc/" + std::to_string(pid_) + "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

}  // namespace bpfpush
