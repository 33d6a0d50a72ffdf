#include "remote_write/label_symbols.hpp"

#include <string>
#include <utility>

#include "base/number.hpp"

namespace bpfpush {

void SymbolList::add(std::shared_ptr<Symbol> symbol) {
  text_size += symbol->text.size();
  symbols.push_back(std::move(symbol));
}

SeriesLabelSymbols::SeriesLabelSymbols(const Family& family, const Series& series,
                                       LabelSymbolsContext& context) {
  const LabelSet labels = label_set(family, series, context.options.labels);
  list.symbols.reserve(2 * labels.size());
  for (const auto& [label, value] : labels) {
    list.add(context.symbols.intern(label));
    list.add(context.symbols.intern(value));
    const auto end = static_cast<std::uint32_t>(list.symbols.size());
    if (label < kNameLabel) name_at = end;
    if (label < kLeLabel) le_at = end;
  }
}

FamilyLabelSymbols::FamilyLabelSymbols(const Family& family, LabelSymbolsContext& context)
    : form(family_form(family, form_in(ProtocolVersion::k2, context.options.forms),
                       context.options.forms.native_buckets_max)) {
  const auto intern = [&](const std::string& text) {
    text_size += text.size();
    return context.symbols.intern(text);
  };
  name_label = intern(std::string(kNameLabel));
  help = intern(family.help);
  unit = intern(family.unit);
  names[0] = intern(family.name);
  if (family.type != MetricType::kHistogram || !form.classic) return;
  for (std::size_t i = 1; i < names.size(); ++i) {
    names[i] = intern(family.name + std::string(kNameSuffixes[i]));
  }
  le_label = intern(std::string(kLeLabel));
  le.reserve(family.bounds.size() + 1);
  for (const double bound : family.bounds) le.push_back(intern(format_number(bound)));
  le.push_back(intern("+Inf"));
}

}  // namespace bpfpush
