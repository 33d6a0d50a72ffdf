#include "labels/decode_regexp.hpp"

#include <re2/re2.h>

#include <memory>
#include <utility>
#include <vector>

namespace bpfpush {
namespace {

using Regexps = std::vector<std::unique_ptr<const re2::RE2>>;

std::optional<std::string> first_match(const Regexps& regexps, std::string_view text) {
  const re2::StringPiece input(text.data(), text.size());
  for (const auto& regexp : regexps) {
    const int groups = regexp->NumberOfCapturingGroups();
    if (groups > 1) continue;
    re2::StringPiece parts[2];  // the match, and its group
    if (!regexp->Match(input, 0, input.size(), re2::RE2::UNANCHORED, parts, groups + 1)) continue;
    return std::string(parts[groups]);
  }
  return std::nullopt;
}

}  // namespace

Result<DecodeStep> make_regexp(const DecoderSpec& spec) {
  if (spec.regexps.empty()) {
    return Error(Errc::kInvalidConfig, "the decoder regexp has no regexps");
  }
  const auto regexps = std::make_shared<Regexps>();
  for (const std::string& text : spec.regexps) {
    auto regexp = std::make_unique<const re2::RE2>(text, re2::RE2::Quiet);
    if (!regexp->ok()) {
      return Error(Errc::kInvalidConfig,
                   "the regexp \"" + text + "\" does not compile: " + regexp->error());
    }
    regexps->push_back(std::move(regexp));
  }
  return DecodeStep([regexps](std::string_view text) { return first_match(*regexps, text); });
}

}  // namespace bpfpush
