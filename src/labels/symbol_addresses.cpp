#include "labels/symbol_addresses.hpp"

#include <charconv>
#include <string_view>

namespace bpfpush {
namespace {

constexpr char kSymbols[] = "/proc/kallsyms";

// A line of it: "ffffffffc0201000 t name", with "\t[module]" behind what a module has.
struct Symbol {
  std::uint64_t address = 0;
  std::string_view name;
};

Symbol parse_symbol(std::string_view line) {
  Symbol symbol;
  const char* end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data(), end, symbol.address, 16);
  const auto rest = static_cast<std::size_t>(parsed.ptr - line.data()) + sizeof(" t");
  if (parsed.ec == std::errc() && rest < line.size()) symbol.name = line.substr(rest);
  return symbol;
}

}  // namespace

Result<std::map<std::string, std::uint64_t>> symbol_addresses(const Filesystem& filesystem,
                                                              const std::set<std::string>& names) {
  std::map<std::string, std::uint64_t> whole, plain;  // by the name as it stands, and cut
  const auto read = filesystem.read_lines(kSymbols, [&](std::string_view line) {
    const Symbol symbol = parse_symbol(line);
    const std::string name(symbol.name);
    if (names.contains(name)) whole.emplace(name, symbol.address);
    const std::size_t cut = name.find('\t');
    if (cut != name.npos && names.contains(name.substr(0, cut))) {
      plain.emplace(name.substr(0, cut), symbol.address);
    }
  });
  if (!read) return Error(Errc::kUnsupported, read.error().message());
  whole.merge(plain);
  for (const std::string& name : names) {
    const auto found = whole.find(name);
    if (found == whole.end()) {
      return Error(Errc::kUnsupported, "this kernel has no symbol " + name);
    }
    if (found->second == 0) {
      return Error(Errc::kUnsupported,
                   "the kernel hides the addresses of its symbols (" + name +
                       "); it takes CAP_SYSLOG, and kernel.kptr_restrict below 2");
    }
  }
  return whole;
}

}  // namespace bpfpush
