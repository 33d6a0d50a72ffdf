#include "base/result.hpp"

#include <cerrno>
#include <stdexcept>

namespace bpfpush {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "bpfpush"; }

  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::kInvalidConfig:
        return "invalid configuration";
      case Errc::kUnsupported:
        return "not supported here";
      case Errc::kNotFound:
        return "not found";
      case Errc::kMalformed:
        return "malformed";
      case Errc::kTooLarge:
        return "too large";
      case Errc::kUnavailable:
        return "not available now";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

std::string Error::message() const {
  if (context.empty()) return code.message();
  if (code.category() == error_category()) return context;
  return context + ": " + code.message();
}

Error system_error(int errno_value, std::string context) {
  return {boost::system::error_code(errno_value, boost::system::system_category()),
          std::move(context)};
}

Error last_system_error(std::string context) {
  return system_error(errno, std::move(context));
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message());
}

}  // namespace bpfpush
