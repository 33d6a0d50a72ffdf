#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace bpfpush {

// Our own failures, each named for what the caller can do about it. Failures of the kernel, of Asio
// and of libcurl keep their own codes; an HTTP status is data and no error at all.
enum class Errc {
  kInvalidConfig = 1,  // fix the configuration; the context says where
  kUnsupported,        // this kernel or build cannot do it; go on without
  kNotFound,           // nothing of that name; the context lists what there is
  kMalformed,          // bytes from outside that break their format; skip them
  kTooLarge,           // over a stated limit; split or drop
  kUnavailable,        // may work later; try again
};

const boost::system::error_category& error_category();

inline boost::system::error_code make_error_code(Errc code) {
  return {static_cast<int>(code), error_category()};
}

// What went wrong (`code`) and where (`context`: the file, map, program or URL, named once, where
// it is known). Two errors are equal when their codes are, so that tests never compare text.
struct Error {
  Error() = default;  // no error; Boost.System asks for it
  Error(boost::system::error_code code, std::string context)
      : code(code), context(std::move(context)) {}
  Error(Errc code, std::string context) : Error(make_error_code(code), std::move(context)) {}

  // "context: message of the code"; for our own codes the context is the whole sentence.
  std::string message() const;

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }

  boost::system::error_code code;
  std::string context;
};

// The error of the system call that just failed.
Error last_system_error(std::string context);
Error system_error(int errno_value, std::string context);

// Found by Boost.System when `.value()` is called on an error: throws std::runtime_error with the
// message.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

// A value or an Error. It is boost::system::result with one thing added, [[nodiscard]]; the alias
// can become std::expected later behind the same name. `.value()` is for tests and start-up:
// elsewhere test, then dereference.
template <typename T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

template <typename T>
bool operator==(const Result<T>& a, const Result<T>& b) {
  return static_cast<const boost::system::result<T, Error>&>(a) ==
         static_cast<const boost::system::result<T, Error>&>(b);
}

}  // namespace bpfpush

template <>
struct boost::system::is_error_code_enum<bpfpush::Errc> : std::true_type {};
