#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

// The log: one line per event on stderr in logfmt, a sentence that names the event and fields that
// place it:
//   time=2026-01-02T03:04:05.678Z level=warning msg="request rejected" endpoint=main status=400
// Call it from the loop's thread only. Secrets are never passed to it.
namespace bpfpush::log {

enum class Level { kDebug, kInfo, kWarn, kError };

struct Field {
  std::string_view key;
  std::string value;
};

// "debug", "info", "warn" or "error".
std::optional<Level> parse_level(std::string_view name);

// Lines below this level are dropped. The default is kInfo.
void set_level(Level level);

void debug(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void warn(std::string_view message, std::initializer_list<Field> fields = {});
void error(std::string_view message, std::initializer_list<Field> fields = {});

// `text` as a logfmt value: quoted and escaped where it holds a space, a quote, "=", or a control
// character.
std::string logfmt_value(std::string_view text);

}  // namespace bpfpush::log
