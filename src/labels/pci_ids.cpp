#include "labels/pci_ids.hpp"

#include <algorithm>

#include "labels/decode_text.hpp"

namespace bpfpush {
namespace {

const char* const kDatabases[] = {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};

// The name in a line "ID  NAME", if it is that of `id`.
std::optional<std::string_view> name_in(std::string_view line, std::string_view id) {
  if (!line.starts_with(id)) return std::nullopt;
  line.remove_prefix(id.size());
  if (!line.starts_with("  ")) return std::nullopt;
  return line.substr(2);
}

}  // namespace

std::string PciIds::vendor(std::uint64_t id) {
  const std::string hex = to_hex(id, 4);
  const std::string& name = vendors_.use(id, [&](std::string& known) {
    if (known.empty()) known = find(hex).value_or("");
  });
  return name.empty() ? unknown("vendor: 0x" + hex) : name;
}

std::string PciIds::device(std::uint64_t id) {
  const std::string& name = devices_.use(id, [&](std::string& known) {
    if (known.empty()) known = find(to_hex(id >> 16, 4), to_hex(id & 0xffff, 4)).value_or("");
  });
  return name.empty() ? unknown("device: 0x" + to_hex(id, 8)) : name;
}

std::string PciIds::class_of(std::uint64_t id) {
  const std::string hex = to_hex(id, 2);
  const std::string& name = classes_.use(id, [&](std::string& known) {
    if (known.empty()) known = find("C " + hex).value_or("");
  });
  return name.empty() ? unknown("class: 0x" + hex) : name;
}

std::string PciIds::subclass(std::uint64_t id) {
  const std::string top = to_hex(id >> 8, 2);
  const std::string sub = to_hex(id & 0xff, 2);
  const std::string& name = subclasses_.use(id, [&](std::string& known) {
    if (known.empty()) known = find("C " + top, sub).value_or("");
  });
  if (!name.empty()) return name;
  if (!find("C " + top)) return unknown("class: 0x" + top);
  return unknown("subclass: 0x" + sub + " (class 0x" + top + ")");
}

void PciIds::begin_collection() {
  text_.reset();
  for (UsedNames* names : {&vendors_, &devices_, &classes_, &subclasses_}) {
    names->begin_collection();
  }
}

// Entries begin their line, those below an entry follow it with a tab, and what is below these with
// two: "8086  Intel Corporation", "\t1237  440FX".
std::optional<std::string_view> PciIds::find(std::string_view top, std::string_view sub) {
  bool is_below = false;
  for (std::string_view rest = text(); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.front() != '\t') {
      if (is_below) return std::nullopt;
      const auto name = name_in(line, top);
      if (name && sub.empty()) return name;
      is_below = name.has_value();
    } else if (is_below) {
      const auto name = name_in(line.substr(1), sub);
      if (name) return name;
    }
  }
  return std::nullopt;
}

std::string PciIds::unknown(const std::string& what) {
  return text().empty() ? "missing pci.ids db" : "unknown pci " + what;
}

const std::string& PciIds::text() {
  if (text_) return *text_;
  text_.emplace();
  for (const char* path : kDatabases) {
    auto read = filesystem_.read_file(path);
    if (!read) continue;
    text_ = std::move(*read);
    break;
  }
  return *text_;
}

}  // namespace bpfpush
