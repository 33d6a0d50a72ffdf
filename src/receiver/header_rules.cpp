#include "receiver/rules.hpp"
#include "receiver/series_text.hpp"

namespace bpfpush::conformance {
namespace {

constexpr std::string_view kSource1 = "RW 1.0, Protocol; RW 2.0, Required Request Headers";

std::string is_instead(std::string_view name, std::string_view value) {
  return std::string(name) + " is " + quote(value);
}

Fault encoding_fault(const HeadSubject& subject) {
  const auto& encoding = subject.head.content_encoding;
  if (!encoding) return "there is no Content-Encoding";
  if (*encoding == "snappy") return std::nullopt;
  return is_instead("Content-Encoding", *encoding);
}

Fault type_fault(const HeadSubject& subject) {
  if (subject.head.content_type) return std::nullopt;
  return "there is no Content-Type";
}

// Prometheus and Mimir split at ";" and compare what they find as it is: with a blank after it they
// take a message of 2.0 for one of 1.0, find nothing in it, and answer 204.
Fault spelling_fault(const HeadSubject& subject) {
  const auto& type = subject.head.content_type;
  if (!type || *type == kContentTypeOfV1 || *type == kLongContentTypeOfV1 ||
      *type == kContentTypeOfV2) {
    return std::nullopt;
  }
  const std::string_view right =
      subject.version == WriteVersion::kV1 ? kContentTypeOfV1 : kContentTypeOfV2;
  return is_instead("Content-Type", *type) +
         ", which receivers that compare it letter by letter do " + "not know; \"" +
         std::string(right) + "\" is right";
}

Fault version_fault(const HeadSubject& subject) {
  const std::string_view right = subject.version == WriteVersion::kV1 ? "0.1.0" : "2.0.0";
  const auto& version = subject.head.write_version;
  if (version == right) return std::nullopt;
  if (!version) return "there is no X-Prometheus-Remote-Write-Version";
  return is_instead("X-Prometheus-Remote-Write-Version", *version) + ", and of this message " +
         std::string(right) + " is right";
}

Fault agent_fault(const HeadSubject& subject) {
  const auto& agent = subject.head.user_agent;
  if (agent && !trim(*agent).empty()) return std::nullopt;
  return "there is no User-Agent";
}

// RFC 9110: a product, a slash, its version.
Fault agent_version_fault(const HeadSubject& subject) {
  const auto& agent = subject.head.user_agent;
  if (!agent || trim(*agent).empty() || agent->find('/') != agent->npos) return std::nullopt;
  return quote(*agent) + " names no version; \"sender/1.0\" would";
}

constexpr Check<HeadSubject> kChecks[] = {
    {{"content_encoding", Level::kMust, Level::kMust, kSource1, "Content-Encoding is \"snappy\""},
     encoding_fault},
    {{"content_type", Level::kMust, Level::kMust, kSource1,
      "There is a Content-Type, which says what message the body is"},
     type_fault},
    {{"content_type_spelling", Level::kMust, Level::kMust, kSource1,
      "Content-Type is spelled letter by letter, without a blank after \";\""},
     spelling_fault},
    {{"version_header", Level::kMust, Level::kShould, kSource1,
      "X-Prometheus-Remote-Write-Version is 0.1.0 with a message of 1.0, 2.0.0 with one of 2.0"},
     version_fault},
    {{"user_agent", Level::kMust, Level::kMust, kSource1, "User-Agent names the sender"},
     agent_fault},
    {{"user_agent_version", Level::kShould, Level::kShould, kSource1,
      "User-Agent names the sender's version, as RFC 9110 writes it"},
     agent_version_fault},
};

}  // namespace

std::span<const Check<HeadSubject>> header_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
