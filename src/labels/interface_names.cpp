#include "labels/interface_names.hpp"

#include "labels/decode_text.hpp"

namespace bpfpush {
namespace {

const std::string kInterfaces = "/sys/class/net";

}  // namespace

std::string InterfaceNames::name(std::uint32_t index) {
  if (!names_) names_ = read();
  const auto found = names_->find(index);
  return found == names_->end() ? "" : found->second;
}

InterfaceNames::Names InterfaceNames::read() const {
  Names names;
  const auto entries = filesystem_.list_directory(kInterfaces);
  if (!entries) return names;
  for (const DirectoryEntry& entry : *entries) {
    const auto text = filesystem_.read_file(kInterfaces + "/" + entry.name + "/ifindex");
    if (!text) continue;  // gone meanwhile, or no interface: "bonding_masters"
    const auto index = parse_decimal(text->substr(0, text->find('\n')));
    if (index) names.emplace(*index, entry.name);
  }
  return names;
}

}  // namespace bpfpush
