#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bpfpush {

struct StoredFile {
  std::string name;
  std::uint64_t size = 0;
};

// One directory of files that this process writes and that are to survive it. Names are plain file
// names. All but the syncs are plain calls, which the page cache answers; what they did may be lost
// in a crash of the host until it was synced: the bytes by sync(), what files there are and what
// they are called by sync_directory().
class Storage {
 public:
  virtual ~Storage() = default;

  virtual Result<std::vector<StoredFile>> list() const = 0;

  // At most `size` bytes from `offset` on; fewer at the end of the file.
  virtual Result<std::string> read(const std::string& name, std::uint64_t offset,
                                   std::size_t size) const = 0;

  // Appends to the file, which is made if it is not there. On an error any part may be written.
  virtual Result<void> append(const std::string& name, std::string_view bytes) = 0;

  virtual Result<void> truncate(const std::string& name, std::uint64_t size) = 0;
  // Replaces `to` if it is there: whoever looks sees one or the other.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& name) = 0;

  virtual boost::asio::awaitable<Result<void>> sync(std::string name) = 0;
  virtual boost::asio::awaitable<Result<void>> sync_directory() = 0;
};

}  // namespace bpfpush
