#pragma once

#include <string>

namespace bpfpush {

// What an error code of libbpf's, an errno or one of its own, means.
std::string libbpf_message(int error);

// While it lives, what libbpf warns about is collected here instead of printed: libbpf tells a
// load's real reason only in its messages. One at a time, on the loop's thread.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  const std::string& text() const { return text_; }

  // The verifier's own complaint if there is one, else libbpf's first. One line.
  std::string reason() const;

  // The program that libbpf complained of last: where a load stops, the one it failed at. Empty if
  // it complained of none.
  std::string last_program() const;

 private:
  static int collect(int level, const char* format, __builtin_va_list arguments);

  std::string text_;
};

}  // namespace bpfpush
