#include "remote_write/symbols.hpp"

#include "remote_write/wire.hpp"

namespace bpfpush {

std::shared_ptr<Symbol> Symbols::intern(std::string_view text) {
  if (text.empty()) return nullptr;
  const auto found = all_.find(text);
  if (found != all_.end()) return found->second;
  auto symbol = std::make_shared<Symbol>();
  symbol->text = text;
  all_.emplace(symbol->text, symbol);
  return symbol;
}

void Symbols::forget_unused() {
  std::erase_if(all_, [](const auto& one) { return one.second.use_count() == 1; });
  if (all_.size() < all_.bucket_count() / 4) all_.rehash(0);
}

void Symbols::begin_message() {
  message_ += 1;
  count_ = 0;
  bytes_.clear();
  Symbol empty;
  add(empty);
}

void Symbols::add(Symbol& symbol) {
  symbol.message = message_;
  symbol.index = count_++;
  char* at = bytes_.reserve(wire::bytes_field_size(symbol.text.size()));
  bytes_.commit(wire::put_string(at, 4, symbol.text));  // Request.symbols
}

}  // namespace bpfpush
