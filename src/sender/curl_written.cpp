#include "sender/curl_written.hpp"

#include <curl/curl.h>

#include <charconv>
#include <string_view>

namespace bpfpush {
namespace {

std::optional<std::uint64_t> number_in(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return std::nullopt;
  const std::string_view text(header->value);
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

WrittenCounts written_counts(CURL* easy) {
  return {number_in(easy, "X-Prometheus-Remote-Write-Samples-Written"),
          number_in(easy, "X-Prometheus-Remote-Write-Histograms-Written"),
          number_in(easy, "X-Prometheus-Remote-Write-Exemplars-Written")};
}

}  // namespace bpfpush
