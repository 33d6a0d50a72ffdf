#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "remote_write/classic_form.hpp"
#include "remote_write/histogram_form.hpp"
#include "remote_write/label_cache.hpp"
#include "remote_write/symbols.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Labels in remote write 2.0 are kept as the symbols that TimeSeries.labels_refs refers to, names
// and values in turn: what `__name__` and `le` are is kept once per family, and the others once per
// label set.

// What they are made of.
struct LabelSymbolsContext {
  const WriterOptions& options;
  Symbols& symbols;
};

// Symbols in a row, and how long their texts are together.
struct SymbolList {
  std::vector<std::shared_ptr<Symbol>> symbols;
  std::size_t text_size = 0;

  void add(std::shared_ptr<Symbol> symbol);
};

// The labels of one label set other than `__name__` and a histogram's `le`.
struct SeriesLabelSymbols {
  SeriesLabelSymbols(const Family& family, const Series& series, LabelSymbolsContext& context);

  SymbolList list;
  std::uint32_t name_at = 0;  // before which of them `__name__` belongs
  std::uint32_t le_at = 0;    // before which `le` does
};

// What a family sets, and how it is written.
struct FamilyLabelSymbols {
  FamilyLabelSymbols(const Family& family, LabelSymbolsContext& context);

  const std::shared_ptr<Symbol>& name(SamplePart part) const {
    return names[static_cast<unsigned>(part)];
  }

  FamilyForm form;
  std::shared_ptr<Symbol> name_label;
  std::array<std::shared_ptr<Symbol>, kNameSuffixes.size()> names;
  std::shared_ptr<Symbol> le_label;
  std::vector<std::shared_ptr<Symbol>> le;  // of a histogram's buckets; the last is +Inf
  std::shared_ptr<Symbol> help;
  std::shared_ptr<Symbol> unit;
  std::size_t text_size = 0;  // of all of them
};

using LabelSymbolsCache = LabelCache<FamilyLabelSymbols, SeriesLabelSymbols, LabelSymbolsContext>;

}  // namespace bpfpush
