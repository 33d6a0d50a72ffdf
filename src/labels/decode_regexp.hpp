#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "labels/decoder.hpp"

namespace bpfpush {

// The first of the regular expressions that matches anywhere in the text says what is passed on:
// the part that matched, or what its one group holds. One with two groups or more never matches,
// and a text without a match drops its label set: ebpf_exporter's rules, RE2's syntax.
// kInvalidConfig, with RE2's words, for one that does not compile.
Result<DecodeStep> make_regexp(const DecoderSpec& spec);

// Whether one of them matches anywhere in a text. The same error.
Result<std::function<bool(std::string_view)>> make_matcher(const std::vector<std::string>& regexps);

}  // namespace bpfpush
