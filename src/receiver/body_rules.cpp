#include <algorithm>

#include "receiver/rules.hpp"

namespace bpfpush::conformance {
namespace {

Fault text_of(const std::string* what) {
  return what == nullptr ? std::nullopt : Fault(*what);
}

constexpr Check<BodySubject> kBodyChecks[] = {
    {{"snappy_block", Level::kMust, Level::kMust,
      "RW 1.0, Protocol; RW 2.0, Required Request Headers",
      "The body is compressed with snappy, in its block format, not framed", Effect::kRefused},
     [](const BodySubject& subject) { return text_of(subject.no_snappy); }},
    {{"protobuf_message", Level::kMust, Level::kMust, "RW 1.0, Protocol; RW 2.0, Protobuf Message",
      "The body is the message that Content-Type says", Effect::kRefused},
     [](const BodySubject& subject) { return text_of(subject.no_message); }},
    {{"strings_utf8", Level::kMust, Level::kMust, "RW 1.0, Labels; RW 2.0, Series Labels",
      "All strings are UTF-8", Effect::kRefused},
     [](const BodySubject& subject) { return text_of(subject.no_utf8); }},
};

Fault schema_fault(const WriteMessage& message) {
  if (message.version == WriteVersion::kV1 && message.wire.has_v2_fields) {
    return "the message has fields of io.prometheus.write.v2.Request, sent as "
           "prometheus.WriteRequest: receivers find nothing in it and say that all is well";
  }
  if (message.version == WriteVersion::kV2 && message.wire.has_v1_fields) {
    return "the message has fields of prometheus.WriteRequest, sent as "
           "io.prometheus.write.v2.Request: receivers find nothing in it";
  }
  return std::nullopt;
}

// Only what has symbols at all is judged by them: a request may be empty.
Fault symbols_first_fault(const WriteMessage& message) {
  if (!message.wire.symbols_after_series) return std::nullopt;
  return "symbols come after timeseries that refer to them";
}

Fault empty_symbol_fault(const WriteMessage& message) {
  if (message.symbols.empty()) {
    if (message.series.empty()) return std::nullopt;
    return "there are no symbols";
  }
  if (message.symbols.front().empty()) return std::nullopt;
  return "the first symbol is \"" + std::string(message.symbols.front().substr(0, 100)) + '"';
}

Fault unique_symbols_fault(const WriteMessage& message) {
  std::vector<std::string_view> sorted = message.symbols;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return std::nullopt;
  return "\"" + std::string(twice->substr(0, 100)) + "\" is there more than once";
}

constexpr std::string_view kSymbols = "RW 2.0, Symbols";
constexpr Check<WriteMessage> kMessageChecks[] = {
    {{"message_schema", Level::kMust, Level::kMust, "RW 1.0, Protocol; RW 2.0, Content-Type",
      "The message is written with the schema that Content-Type names"},
     schema_fault},
    {{"symbols_before_series", Level::kNone, Level::kShould,
      "Protobuf encoding, field order; Mimir needs it", "Symbols stand before timeseries"},
     symbols_first_fault},
    {{"symbols_first_empty", Level::kNone, Level::kMust, kSymbols,
      "The first symbol is the empty string"},
     empty_symbol_fault},
    {{"symbols_unique", Level::kNone, Level::kMust, kSymbols, "No symbol is there twice"},
     unique_symbols_fault},
};

Fault outside_fault(const SeriesSubject& subject) {
  const auto& reference = subject.series.reference_outside;
  if (!reference) return std::nullopt;
  return "reference " + std::to_string(*reference) + " points at no symbol";
}

Fault odd_fault(const SeriesSubject& subject) {
  if (subject.series.label_references % 2 == 0) return std::nullopt;
  return "labels_refs has " + std::to_string(subject.series.label_references) +
         " references, so that the last name has no value";
}

constexpr Check<SeriesSubject> kReferenceChecks[] = {
    {{"references_in_range", Level::kNone, Level::kMust, kSymbols,
      "Every reference points at a symbol", Effect::kRefused},
     outside_fault},
    {{"references_even", Level::kNone, Level::kMust, kSymbols, "References to labels come in pairs",
      Effect::kRefused},
     odd_fault},
};

}  // namespace

std::span<const Check<BodySubject>> body_rules() {
  return kBodyChecks;
}

std::span<const Check<WriteMessage>> message_rules() {
  return kMessageChecks;
}

std::span<const Check<SeriesSubject>> reference_rules() {
  return kReferenceChecks;
}

}  // namespace bpfpush::conformance
