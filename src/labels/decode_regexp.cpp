#include "labels/decode_regexp.hpp"

#include <re2/re2.h>

#include <algorithm>
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

Result<std::shared_ptr<const Regexps>> compile(const std::vector<std::string>& texts) {
  const auto regexps = std::make_shared<Regexps>();
  for (const std::string& text : texts) {
    auto regexp = std::make_unique<const re2::RE2>(text, re2::RE2::Quiet);
    if (!regexp->ok()) {
      return Error(Errc::kInvalidConfig,
                   "the regexp \"" + text + "\" does not compile: " + regexp->error());
    }
    regexps->push_back(std::move(regexp));
  }
  return std::shared_ptr<const Regexps>(regexps);
}

}  // namespace

Result<DecodeStep> make_regexp(const DecoderSpec& spec) {
  if (spec.regexps.empty()) {
    return Error(Errc::kInvalidConfig, "the decoder regexp has no regexps");
  }
  const auto regexps = compile(spec.regexps);
  if (!regexps) return regexps.error();
  return DecodeStep([all = *regexps](std::string_view text) { return first_match(*all, text); });
}

Result<std::function<bool(std::string_view)>> make_matcher(
    const std::vector<std::string>& regexps) {
  const auto compiled = compile(regexps);
  if (!compiled) return compiled.error();
  return std::function<bool(std::string_view)>([all = *compiled](std::string_view text) {
    const re2::StringPiece input(text.data(), text.size());
    return std::any_of(all->begin(), all->end(),
                       [&](const auto& regexp) { return re2::RE2::PartialMatch(input, *regexp); });
  });
}

}  // namespace bpfpush
