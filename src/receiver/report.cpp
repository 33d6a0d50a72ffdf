#include "receiver/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace bpfpush {
namespace json = boost::json;

namespace {

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

std::string finding_line(const conformance::Finding& finding) {
  const std::string more = finding.count == 1 ? "" : fmt::format(" ({} times)", finding.count);
  return fmt::format("  {:<6} {}: {}: {}{}\n", conformance::to_string(finding.level),
                     finding.rule->name, finding.where, finding.what, more);
}

json::object to_object(const conformance::Finding& finding) {
  return {{"rule", view(finding.rule->name)},
          {"level", view(conformance::to_string(finding.level))},
          {"where", finding.where},
          {"what", finding.what},
          {"count", finding.count}};
}

std::string_view level_text(conformance::Level level) {
  return level == conformance::Level::kNone ? "-" : conformance::to_string(level);
}

}  // namespace

std::string to_text(const ReceivedRequest& request) {
  const std::string version =
      request.version ? "remote write " + std::string(to_string(*request.version)) : "unread";
  const std::string status =
      request.status == 0 ? "no answer" : fmt::format("answered {}", request.status);
  std::string text = fmt::format("request {}: {}, {} bytes, {} series stored, {}", request.number,
                                 version, request.body_bytes, request.series, status);
  // What a rule found wrong is told by its own line.
  if (!request.error.empty() && request.findings.empty()) text += ": " + request.error;
  text += '\n';
  for (const conformance::Finding& finding : request.findings) text += finding_line(finding);
  return text;
}

std::string to_json(const ReceivedRequest& request) {
  json::object object = {{"request", request.number}, {"version", nullptr}};
  if (request.version) object["version"] = view(to_string(*request.version));
  object["status"] = request.status;
  object["series"] = request.series;
  object["samples"] = request.samples;
  object["histograms"] = request.histograms;
  object["exemplars"] = request.exemplars;
  object["body_bytes"] = request.body_bytes;
  object["message_bytes"] = request.message_bytes;
  if (!request.error.empty()) object["error"] = request.error;
  json::array findings;
  for (const conformance::Finding& finding : request.findings) {
    findings.push_back(to_object(finding));
  }
  object["findings"] = std::move(findings);
  return json::serialize(object) + '\n';
}

std::string rules_text() {
  std::string text = "1.0     2.0     rule\n";
  for (const conformance::Rule* rule : conformance::all_rules()) {
    text += fmt::format("{:<7} {:<7} {:<32} {} ({})\n", level_text(rule->v1), level_text(rule->v2),
                        rule->name, rule->says, rule->source);
  }
  return text;
}

void Tally::add(const ReceivedRequest& request) {
  requests_ += 1;
  if (request.is_stored()) stored_ += 1;
  // Too large is what this receiver was told to find it.
  if (!request.version && request.status != 413) unread_ += 1;
  for (const conformance::Finding& finding : request.findings) add(finding);
}

void Tally::add_missing(std::span<const conformance::Finding> missing) {
  for (const conformance::Finding& finding : missing) add(finding);
}

void Tally::add(const conformance::Finding& finding) {
  const auto [broken, added] = broken_.try_emplace(finding.rule->name, Broken{finding.level});
  if (added) broken->second.example = finding.where + ": " + finding.what;
  // A rule may be a SHOULD in one version and a MUST in the other.
  broken->second.level = std::max(broken->second.level, finding.level);
  broken->second.count += finding.count;
}

std::string Tally::to_text() const {
  std::string text = fmt::format("requests: {}, stored: {}", requests_, stored_);
  if (unread_ > 0) text += fmt::format(", no remote write: {}", unread_);
  if (broken_.empty()) return text + (unread_ > 0 ? "\n" : "; nothing to report\n");
  text += fmt::format("; rules broken: {}\n", broken_.size());
  for (const auto& [name, broken] : broken_) {
    text += fmt::format("  {:<6} {}, {} times, first: {}\n", conformance::to_string(broken.level),
                        name, broken.count, broken.example);
  }
  return text;
}

std::string Tally::to_json() const {
  json::array all;
  for (const auto& [name, broken] : broken_) {
    all.push_back(json::object{{"rule", view(name)},
                               {"level", view(conformance::to_string(broken.level))},
                               {"count", broken.count},
                               {"example", broken.example}});
  }
  const json::object object = {{"requests", requests_},
                               {"stored", stored_},
                               {"unread", unread_},
                               {"broken", std::move(all)}};
  return json::serialize(object) + '\n';
}

}  // namespace bpfpush
