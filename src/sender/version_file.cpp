#include "sender/version_file.hpp"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>

#include "base/log.hpp"
#include "spool/cursor_file.hpp"
#include "spool/format.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kBytesMax = 200;

std::string checksum_of(std::string_view text) {
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", spool_format::crc32c(text));
  return hex;
}

// As the endpoint's cursor is called, with another suffix.
std::string file_name(std::string_view endpoint) {
  const std::string cursor = cursor_file_name(endpoint);
  return cursor.substr(0, cursor.rfind('.')) + ".version";
}

std::string_view version_name(ProtocolVersion version) {
  return version == ProtocolVersion::k1 ? "1.0" : "2.0";
}

}  // namespace

VersionFile::VersionFile(Storage* storage, std::string_view endpoint, std::string_view url)
    : storage_(storage), name_(file_name(endpoint)), url_checksum_(checksum_of(url)) {}

// "remote_write 2.0 1700000000000 URL CHECKSUM\n".
std::string VersionFile::to_text(const VersionFinding& finding) const {
  const std::string line = "remote_write " + std::string(version_name(finding.version)) + " " +
                           std::to_string(finding.found.time_since_epoch().count()) + " " +
                           url_checksum_;
  return line + " " + checksum_of(line) + "\n";
}

std::optional<VersionFinding> VersionFile::load() const {
  if (storage_ == nullptr) return std::nullopt;
  const auto text = storage_->read(name_, 0, kBytesMax);
  if (!text) return std::nullopt;
  for (const auto version : {ProtocolVersion::k1, ProtocolVersion::k2}) {
    const std::string begin = "remote_write " + std::string(version_name(version)) + " ";
    if (!text->starts_with(begin)) continue;
    std::int64_t found = 0;
    std::from_chars(text->data() + begin.size(), text->data() + text->size(), found);
    const VersionFinding finding{version, WallTime(std::chrono::milliseconds(found))};
    if (*text == to_text(finding)) return finding;
  }
  return std::nullopt;
}

asio::awaitable<void> VersionFile::save(VersionFinding finding) {
  if (storage_ == nullptr || saved_ == finding) co_return;
  saved_ = finding;
  const std::string next_name = name_ + ".tmp";
  const std::string text = to_text(finding);
  Result<void> result = storage_->remove(next_name);
  if (result || result.error() == system_error(ENOENT, "")) {
    result = storage_->append(next_name, text);
  }
  if (result) result = co_await storage_->sync(next_name);
  if (result) result = storage_->rename(next_name, name_);
  if (result) result = co_await storage_->sync_directory();
  if (!result) {
    log::warn("cannot keep which remote write the endpoint takes: it is found out again at start",
              {{"file", name_}, {"error", result.error().message()}});
  }
}

}  // namespace bpfpush
