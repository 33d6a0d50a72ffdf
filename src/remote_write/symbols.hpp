#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "remote_write/byte_buffer.hpp"

namespace bpfpush {

// A string of remote write 2.0, which a message has once and refers to by its index.
struct Symbol {
  std::string text;
  std::uint64_t message = 0;  // the last that it is in
  std::uint32_t index = 0;    // in that
};

// The strings that series are made of, and those of the message at hand: Request.symbols, in the
// order in which they were asked for, behind the empty one that the protocol wants first.
class Symbols {
 public:
  Symbols() = default;
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  // The symbol of that text: the same for all who hold it. Null, which is the empty one, for "".
  std::shared_ptr<Symbol> intern(std::string_view text);

  // Forgets those that nobody holds.
  void forget_unused();

  void begin_message();

  // The index of the symbol in the message at hand, into which it so comes.
  std::uint32_t index(const std::shared_ptr<Symbol>& symbol) {
    if (!symbol) return 0;
    if (symbol->message != message_) add(*symbol);
    return symbol->index;
  }

  // The bytes of the fields.
  const ByteBuffer& bytes() const { return bytes_; }

 private:
  void add(Symbol& symbol);

  std::unordered_map<std::string_view, std::shared_ptr<Symbol>> all_;  // by their own text
  ByteBuffer bytes_;
  std::uint64_t message_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace bpfpush
