#include "labels/kernel_symbols.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bpfpush {
namespace {

// Symbols that come and go without a trace in /proc/modules: "bpf_prog_ab12_f\t[bpf]" and
// "ftrace_trampoline\t[__builtin__ftrace]".
bool is_transient(std::string_view name) {
  return name.ends_with("\t[bpf]") || name.find("\t[__builtin__") != name.npos;
}

std::string_view next_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

}  // namespace

std::string KernelSymbols::at(std::uint64_t address) {
  return name_of(find(address, true));
}

std::string KernelSymbols::before(std::uint64_t address) {
  return name_of(find(address, false));
}

void KernelSymbols::begin_collection() {
  if (!is_used_) {
    symbols_ = {};
    names_ = {};
  }
  is_used_ = false;
  is_read_ = false;
}

const KernelSymbols::Symbol* KernelSymbols::find(std::uint64_t address, bool is_exact) {
  if (!is_used_ && (symbols_.empty() || modules() != modules_)) read();
  is_used_ = true;
  const auto last = [&]() -> const Symbol* {
    const Symbol* symbol = last_until(address);
    if (symbol == nullptr || (is_exact && symbol->address != address)) return nullptr;
    return symbol;
  };
  const Symbol* symbol = last();
  if (is_read_ || (symbol != nullptr && !symbol->is_transient)) return symbol;
  read();
  return last();
}

const KernelSymbols::Symbol* KernelSymbols::last_until(std::uint64_t address) const {
  const auto after =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](std::uint64_t a, const Symbol& symbol) { return a < symbol.address; });
  return after == symbols_.begin() ? nullptr : &*(after - 1);
}

std::string KernelSymbols::name_of(const Symbol* symbol) const {
  return symbol == nullptr ? "" : names_.c_str() + symbol->name;
}

void KernelSymbols::read() {
  is_read_ = true;
  symbols_.clear();
  names_.clear();
  modules_ = modules();
  // Without /proc/kallsyms there are no symbols; with some of it, some.
  (void)filesystem_.read_lines("/proc/kallsyms", [this](std::string_view line) { add(line); });
  // Of several names of one address the last stays the last.
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
    return std::pair(a.address, a.name) < std::pair(b.address, b.name);
  });
}

// "ffffffffc0201000 t name\t[module]"
void KernelSymbols::add(std::string_view line) {
  const std::string_view digits = next_word(line);
  std::uint64_t address = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address, 16);
  next_word(line);  // the type
  // Addresses are all zero for who may not see them (kernel.kptr_restrict).
  if (error != std::errc() || address == 0 || line.empty()) return;
  symbols_.push_back({address, static_cast<std::uint32_t>(names_.size()), is_transient(line)});
  names_ += line;
  names_ += '\0';
}

// Which modules there are, and where: not how often each is used, which changes all the time.
std::string KernelSymbols::modules() const {
  std::string modules;
  (void)filesystem_.read_lines("/proc/modules", [&](std::string_view line) {
    modules += next_word(line);
    modules += ' ';
    for (int i = 0; i < 4; ++i) next_word(line);  // size, uses, users, state
    modules += next_word(line);
    modules += '\n';
  });
  return modules;
}

}  // namespace bpfpush
