#include "receiver/misbehaviour.hpp"

#include <algorithm>
#include <charconv>

namespace bpfpush {

Result<std::vector<unsigned>> parse_statuses(std::string_view text) {
  std::vector<unsigned> statuses;
  for (bool more = true; more;) {
    const auto end = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, end);
    unsigned status = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), status);
    const bool whole = error == std::errc() && stop == word.data() + word.size();
    if (!whole || status < 200 || status > 599) {
      return Error(Errc::kInvalidConfig, "\"" + std::string(word) +
                                             "\" is no status to answer with; write 200 to 599, "
                                             "as in 503,503,200");
    }
    statuses.push_back(status);
    more = end < text.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return statuses;
}

}  // namespace bpfpush
