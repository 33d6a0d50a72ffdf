#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/check.hpp"
#include "base/utf8.hpp"
#include "receiver/histogram_view.hpp"
#include "receiver/report.hpp"
#include "receiver/routes.hpp"

namespace bpfpush {

// Decompressed size at most, so that the fuzzer's memory limit is not the receiver's.
inline constexpr std::size_t kFuzzMessageBytesMax = std::size_t{1} << 20;

inline std::span<const std::byte> as_body(const std::string& bytes) {
  return std::as_bytes(std::span(bytes));
}

// Posts `body` to a receiver twice, and looks at what it then holds: whatever came, it answers, and
// says what is wrong in whole lines of UTF-8.
inline void post_and_look(const RequestHead& head, const std::string& body) {
  Store store(1000);
  const OnRequest check_report = [](const ReceivedRequest& request) {
    CHECK(request.status == 204 || request.status == 400);
    CHECK(is_utf8(to_text(request)));
    CHECK(is_utf8(to_json(request)));
  };
  Routes routes(store, check_report, {kFuzzMessageBytesMax, 1000});
  for (int i = 0; i < 2; ++i) {
    const Reply reply = routes.answer(head, as_body(body));
    CHECK(reply.status == 204 || (reply.status == 400 && reply.body.ends_with('\n')));
  }
  for (const auto& finding : routes.finish()) CHECK(!finding.what.empty());
  render_histograms(store, {});
  routes.answer({"GET", "/metrics", {}, {}}, {});
}

}  // namespace bpfpush
