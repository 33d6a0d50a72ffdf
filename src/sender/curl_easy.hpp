#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <type_traits>

#include "base/check.hpp"

// libcurl's easy interface with types: for the files that wrap it.
namespace bpfpush {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;

struct SlistCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistCleanup>;

inline void append(Slist& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  CHECK(longer != nullptr);
  if (!list) list.reset(longer);  // else it has the same head as before
}

// curl_easy_setopt() takes anything for anything; this takes only the type that the option is
// documented to have.
template <CURLoption Option, typename Value>
void set(CURL* easy, Value value) {
  constexpr int kKind = Option / 10'000 * 10'000;
  static_assert(kKind != CURLOPTTYPE_LONG || std::is_same_v<Value, long>);
  static_assert(kKind != CURLOPTTYPE_OFF_T || std::is_same_v<Value, curl_off_t>);
  static_assert(kKind != CURLOPTTYPE_OBJECTPOINT ||
                (std::is_pointer_v<Value> && !std::is_function_v<std::remove_pointer_t<Value>>) ||
                std::is_null_pointer_v<Value>);
  static_assert(kKind != CURLOPTTYPE_FUNCTIONPOINT ||
                std::is_function_v<std::remove_pointer_t<Value>>);
  CHECK(curl_easy_setopt(easy, Option, value) == CURLE_OK);
}

template <CURLoption Option>
void set(CURL* easy, const std::string& text) {
  set<Option>(easy, text.c_str());
}

template <typename Value>
Value info(CURL* easy, CURLINFO which) {
  Value value{};
  CHECK(curl_easy_getinfo(easy, which, &value) == CURLE_OK);
  return value;
}

}  // namespace bpfpush
