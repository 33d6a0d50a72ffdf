#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receiver/message.hpp"

// Checking a sender against the protocol: rules are data, and each has one pure function that finds
// where it is broken.
namespace bpfpush::conformance {

enum class Level { kNone, kShould, kMust };  // kNone: does not apply

// "SHOULD" or "MUST".
std::string_view to_string(Level level);

// What Prometheus does with a series that breaks a rule.
enum class Effect {
  kStored,
  kDropped,  // 1.0: left out without a word; 2.0: answered 400, the rest is stored
  kRefused,  // answered 400; 1.0: nothing of the request is stored, 2.0: the rest is
};

struct Rule {
  std::string_view name;
  Level v1 = Level::kNone;  // in a request of remote write 1.0
  Level v2 = Level::kNone;
  std::string_view source;  // where it is written
  std::string_view says;    // what it demands
  Effect effect = Effect::kStored;

  Level level(WriteVersion version) const { return version == WriteVersion::kV1 ? v1 : v2; }
};

// A rule and what finds it broken in a subject: what is wrong there, for people, or nothing.
template <typename Subject>
struct Check {
  Rule rule;
  std::optional<std::string> (*find_fault)(const Subject& subject);
};

using Fault = std::optional<std::string>;

// A rule that one request breaks, once or often.
struct Finding {
  const Rule* rule;
  Level level;
  std::string where;      // the first place: "series up{job=\"a\"}"
  std::string what;       // what is wrong there
  std::size_t count = 1;  // places
};

// The findings of one request.
class Findings {
 public:
  // Runs those of `checks` that apply to `version`, and returns the worst effect of those that
  // found something. `where` is called for the first place a rule is broken in.
  template <typename Checks, typename Subject, typename Where>
  Effect run(const Checks& checks, WriteVersion version, const Subject& subject,
             const Where& where) {
    Effect worst = Effect::kStored;
    for (const auto& check : checks) {
      const Level level = check.rule.level(version);
      if (level == Level::kNone) continue;
      Fault fault = check.find_fault(subject);
      if (!fault) continue;
      if (check.rule.effect > worst) worst = check.rule.effect;
      if (Finding* known = find(check.rule)) {
        known->count += 1;
      } else {
        all_.push_back({&check.rule, level, where(), std::move(*fault)});
      }
    }
    return worst;
  }

  // Without those of the rules of these names.
  void ignore(const std::vector<std::string>& names);

  const std::vector<Finding>& all() const { return all_; }

 private:
  Finding* find(const Rule& rule);

  std::vector<Finding> all_;
};

}  // namespace bpfpush::conformance
