#include "base/letter_case.hpp"

#include <climits>
#include <clocale>
#include <cwchar>
#include <cwctype>

namespace bpfpush {
namespace {

// Makes UTF-8 what the C library's functions of this thread take characters to be, for its life.
class Utf8Locale {
 public:
  Utf8Locale() : before_(::uselocale(locale())) {}
  ~Utf8Locale() { ::uselocale(before_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  // C libraries have C.UTF-8 built in; one without it knows the letters of ASCII.
  static locale_t locale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    static const locale_t ascii = ::newlocale(LC_CTYPE_MASK, "C", nullptr);
    return utf8 != nullptr ? utf8 : ascii;
  }

  locale_t before_;
};

std::string convert(std::string_view text, std::wint_t (*letter)(std::wint_t)) {
  const Utf8Locale utf8;
  std::string converted;
  converted.reserve(text.size());
  while (!text.empty()) {
    std::mbstate_t reading{};
    std::mbstate_t writing{};
    wchar_t character = 0;
    char bytes[MB_LEN_MAX];
    const std::size_t size = std::mbrtowc(&character, text.data(), text.size(), &reading);
    const bool is_character = size > 0 && size <= text.size();
    const std::size_t written =
        is_character
            ? std::wcrtomb(bytes, static_cast<wchar_t>(letter(static_cast<std::wint_t>(character))),
                           &writing)
            : 0;
    if (written == 0 || written > sizeof bytes) {
      converted += text[0];
      text.remove_prefix(1);
    } else {
      converted.append(bytes, written);
      text.remove_prefix(size);
    }
  }
  return converted;
}

}  // namespace

std::string to_lower_case(std::string_view text) {
  return convert(text, &std::towlower);
}

std::string to_upper_case(std::string_view text) {
  return convert(text, &std::towupper);
}

}  // namespace bpfpush
