#include "env/resident_memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <bit>
#include <charconv>
#include <string>

namespace bpfpush {
namespace {

// Takes a hexadecimal number off the front of `text`; false if there is none.
bool take_hex(std::string_view& text, std::uintptr_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

void CleanMappings::take(std::string_view line) {
  Mapping mapping;
  std::string_view rest = line;
  if (take_hex(rest, mapping.begin) && rest.starts_with('-')) {  // a mapping's first line
    rest.remove_prefix(1);
    const bool whole = take_hex(rest, mapping.end);
    const bool is_writable = rest.size() < 5 || rest[2] != '-';  // " r-xp"
    is_candidate_ = whole && !is_writable && rest.find(" /") != rest.npos;
    candidate_ = mapping;
    return;
  }
  // Relocated pages of a library, say, which were written and then protected.
  constexpr std::string_view kAnonymous = "Anonymous:";
  if (!is_candidate_ || !line.starts_with(kAnonymous)) return;
  if (line.find_first_not_of(" 0kB", kAnonymous.size()) == line.npos) found_.push_back(candidate_);
  is_candidate_ = false;
}

void release_resident_memory(const Filesystem& filesystem) {
  ::malloc_trim(0);
  CleanMappings mappings;
  const auto take = [&mappings](std::string_view line) { mappings.take(line); };
  if (!filesystem.read_lines("/proc/self/smaps", take)) return;
  for (const Mapping& mapping : mappings.found()) {
    // Advice: what it fails for stays as it is.
    ::madvise(std::bit_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DONTNEED);
  }
}

}  // namespace bpfpush
