#include "commands/pins.hpp"

#include <chrono>
#include <ctime>
#include <utility>

#include "commands/host.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/directory_lock.hpp"
#include "probe/bpf_filesystem.hpp"

namespace bpfpush {
namespace {

Error at(const PinConfig& config, const Error& error) {
  return {error.code, config.where + ": pin: " + error.message()};
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// A moment of the boot-time clock, as the date of this host has it.
std::string date_of(std::chrono::nanoseconds since_boot) {
  const AsioClock clock;
  const auto ago = clock.now().time_since_epoch() - since_boot;
  const auto then = std::chrono::floor<std::chrono::seconds>(clock.wall_now() - ago);
  const std::time_t seconds = then.time_since_epoch().count();
  std::tm date{};
  ::gmtime_r(&seconds, &date);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date)};
}

}  // namespace

Result<std::unique_ptr<LockedPins>> open_pins(const PinConfig& config,
                                              const Filesystem& filesystem) {
  if (!config.enabled) return std::unique_ptr<LockedPins>();
  if (const auto missing = missing_for_bpf(filesystem)) return Error(Errc::kUnsupported, *missing);
  const Result<void> made = make_pin_directory(config.path);
  if (!made) return at(config, made.error());
  auto lock = lock_directory(config.path);
  if (!lock && lock.error().code == make_error_code(Errc::kUnavailable)) {
    return at(config, {Errc::kInvalidConfig,
                       lock.error().message() + "; give each its own with `pin: {path: DIR}`"});
  }
  if (!lock) return at(config, lock.error());
  return std::make_unique<LockedPins>(LockedPins{std::move(*lock), PinDirectory(config.path)});
}

Result<std::string> pin_path_of(const std::string& config_file, const Filesystem& filesystem) {
  if (config_file.empty()) return default_pin_path(Config().metric_namespace);
  const auto config = load_config(filesystem, config_file);
  if (!config) return config.error();
  return config->pin.path.empty() ? default_pin_path(config->metric_namespace) : config->pin.path;
}

std::string describe(const PinnedParts& parts) {
  std::string text = counted(parts.programs, "program") + ", " + counted(parts.maps, "map") + ", " +
                     counted(parts.links, "link");
  if (parts.counting_since.count() != 0)
    text += ", counting since " + date_of(parts.counting_since);
  return text;
}

}  // namespace bpfpush
