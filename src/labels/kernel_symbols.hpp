#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "env/filesystem.hpp"

namespace bpfpush {

// The kernel's symbols by address, from /proc/kallsyms; those of a module as "NAME\t[MODULE]".
//
// Reading them takes some 50 ms, and the table some MiB: it is kept from collection to collection
// while addresses are asked for, and read again, once per collection at most, for an address that
// it has not, and after a module or a BPF program came or went where it matters: when /proc/modules
// has changed, and before a symbol that is no part of the kernel or a module is shown.
class KernelSymbols {
 public:
  explicit KernelSymbols(const Filesystem& filesystem) : filesystem_(filesystem) {}

  // The symbol at `address`; "" if there is none.
  std::string at(std::uint64_t address);
  // The symbol at `address` or the nearest before it; "" if there is none.
  std::string before(std::uint64_t address);

  // Called before each collection. Forgets the table if the last one did not ask for it.
  void begin_collection();

 private:
  struct Symbol {
    std::uint64_t address = 0;
    std::uint32_t name = 0;  // where it begins in names_; a NUL ends it
    bool is_transient = false;
  };

  const Symbol* find(std::uint64_t address, bool is_exact);
  const Symbol* last_until(std::uint64_t address) const;
  std::string name_of(const Symbol* symbol) const;
  void read();
  void add(std::string_view line);
  std::string modules() const;

  const Filesystem& filesystem_;
  std::vector<Symbol> symbols_;  // by address
  std::string names_;
  std::string modules_;   // when the symbols were read
  bool is_used_ = false;  // both: in this collection
  bool is_read_ = false;
};

}  // namespace bpfpush
