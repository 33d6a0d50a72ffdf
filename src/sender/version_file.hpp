#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "env/storage.hpp"
#include "sender/negotiation.hpp"

namespace bpfpush {

// The version of the protocol that an endpoint was found to take, kept in a file of the spool's
// directory: one line, which names version, date and endpoint, and its checksum. It is replaced
// whole. What cannot be read is as if it were not there: it is found out again.
class VersionFile {
 public:
  // Without storage nothing is kept. `url` tells endpoints of one name apart; only its checksum is
  // written.
  VersionFile(Storage* storage, std::string_view endpoint, std::string_view url);

  std::optional<VersionFinding> load() const;

  // Does nothing if the file says so already.
  boost::asio::awaitable<void> save(VersionFinding finding);

 private:
  std::string to_text(const VersionFinding& finding) const;

  Storage* storage_;
  std::string name_;
  std::string url_checksum_;
  std::optional<VersionFinding> saved_;
};

}  // namespace bpfpush
