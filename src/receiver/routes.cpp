#include "receiver/routes.hpp"

#include <algorithm>
#include <array>

#include "receiver/decode.hpp"
#include "receiver/series_text.hpp"
#include "receiver/text_format.hpp"
#include "receiver/wire_scan.hpp"

namespace bpfpush {
namespace {

using conformance::Effect;
using conformance::Findings;

constexpr std::string_view kWritePath = "/api/v1/write";
constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::string_view kReadyPath = "/-/ready";

struct Route {
  std::string_view path;
  std::string_view method;
};
constexpr std::array<Route, 3> kRoutes = {Route{kWritePath, "POST"}, Route{kMetricsPath, "GET"},
                                          Route{kReadyPath, "GET"}};

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

Reply unsupported(std::string text) {
  return {.status = 415, .body = std::move(text)};
}

// Prometheus reads "; proto=io.prometheus.write.v2.Request" as version 1, finds nothing and answers
// 204. Here what is meant counts, and the rule on its spelling says the rest.
std::optional<WriteVersion> version_of(const RequestHead& head) {
  return head.content_type ? meant_version(*head.content_type) : WriteVersion::kV1;
}

Labels to_labels(const ReceivedSeries& series) {
  Labels labels;
  labels.reserve(series.labels.size());
  for (const LabelView& label : series.labels) {
    // A label without a value is none.
    if (!label.value.empty()) labels.emplace_back(label.name, label.value);
  }
  return labels;
}

// What keeps Prometheus from taking all of the request.
std::string refusal_text(const Findings& findings, WriteVersion version) {
  const Effect least = version == WriteVersion::kV1 ? Effect::kRefused : Effect::kDropped;
  std::string text;
  for (const conformance::Finding& finding : findings.all()) {
    if (finding.rule->effect < least) continue;
    text += std::string(finding.rule->name) + ": " + finding.where + ": " + finding.what + '\n';
  }
  return text;
}

// What the text format has no word for is untyped.
FamilyInfo family_info(const ReceivedMetadata& metadata) {
  for (const std::string_view type : {"counter", "gauge", "histogram", "summary"}) {
    if (metadata.type == type) return {type, std::string(metadata.help)};
  }
  return {"untyped", std::string(metadata.help)};
}

std::string family_name(const ReceivedSeries& series, std::string_view type) {
  const std::string_view* name = find_label(series, "__name__");
  if (name == nullptr) return "";
  if (type == "histogram" || type == "summary") {
    for (const std::string_view end : {"_bucket", "_count", "_sum"}) {
      if (name->ends_with(end)) return std::string(name->substr(0, name->size() - end.size()));
    }
  }
  return std::string(*name);
}

}  // namespace

std::optional<Reply> refuse(const RequestHead& head, std::optional<WriteVersion> only) {
  const std::string_view path = path_of(head.target);
  const auto* const route = std::find_if(kRoutes.begin(), kRoutes.end(),
                                         [path](const Route& known) { return known.path == path; });
  if (route == kRoutes.end()) {
    return Reply{.status = 404,
                 .body = "nothing at " + std::string(path) + ": remote write goes to " +
                         std::string(kWritePath) + "\n"};
  }
  if (head.method != route->method) {
    return Reply{.status = 405,
                 .body = std::string(path) + " takes " + std::string(route->method) + " only\n",
                 .allow = route->method};
  }
  if (path != kWritePath) return std::nullopt;
  const auto version = version_of(head);
  if (!version) {
    return unsupported("Content-Type is " + quote(*head.content_type) +
                       ": remote write is taken, " + std::string(kContentTypeOfV1) + " or " +
                       std::string(kContentTypeOfV2) + "\n");
  }
  if (only && *version != *only) {
    return unsupported("only remote write " + std::string(to_string(*only)) +
                       " is taken here, and this is " + std::string(to_string(*version)) + "\n");
  }
  if (head.content_encoding && !same_ignoring_case(trim(*head.content_encoding), "snappy")) {
    return unsupported("Content-Encoding is " + quote(*head.content_encoding) +
                       ": only snappy is taken\n");
  }
  return std::nullopt;
}

Routes::Routes(Store& store, const OnRequest& on_request, RoutesOptions options)
    : store_(store),
      on_request_(on_request),
      options_(std::move(options)),
      forced_(options_.misbehaviour.statuses),
      checker_(options_.series_max) {}

Reply Routes::answer(const RequestHead& head, std::span<const std::byte> body) {
  const std::string_view path = path_of(head.target);
  if (path == kWritePath) return write(head, body);
  if (auto refusal = refuse(head)) {
    note_unread(refusal->status, refusal->body);
    return std::move(*refusal);
  }
  if (path == kReadyPath) return {.body = "ready\n"};
  return {.body = to_text_format(store_),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

std::optional<Reply> Routes::refuse_early(const RequestHead& head) {
  auto refusal = refuse(head, options_.misbehaviour.only);
  if (refusal) note_unread(refusal->status, refusal->body);
  return refusal;
}

void Routes::note_unread(unsigned status, const std::string& error) {
  ReceivedRequest request;
  report(request, {.status = status, .body = error}, {});
}

std::vector<conformance::Finding> Routes::finish() {
  Findings findings;
  checker_.finish(findings);
  findings.ignore(options_.ignored_rules);
  return findings.all();
}

Reply Routes::write(const RequestHead& head, std::span<const std::byte> body) {
  ReceivedRequest request;
  request.body_bytes = body.size();
  Findings findings;
  const Misbehaviour& told = options_.misbehaviour;
  forced_now_ = told.resets ? std::nullopt : forced_.next();
  if (head.method == "POST") request.version = version_of(head);
  Reply reply;
  if (auto refusal = refuse(head, told.only)) {
    reply = std::move(*refusal);
  } else {
    reply = write_body(head, body, request, findings);
  }
  reply = misbehave(std::move(reply));
  report(request, reply, std::move(findings));
  return reply;
}

Reply Routes::write_body(const RequestHead& head, std::span<const std::byte> body,
                         ReceivedRequest& request, Findings& findings) {
  const auto version = version_of(head).value_or(WriteVersion::kV1);
  findings.run(conformance::header_rules(), version, conformance::HeadSubject{head, version},
               [] { return std::string("header"); });
  const auto refused = [&](const std::string& text, conformance::BodySubject subject) {
    findings.run(conformance::body_rules(), version, subject, [] { return std::string("body"); });
    return Reply{.status = 400, .body = text + "\n"};
  };
  const auto bytes = decompress_block(body, options_.message_bytes_max);
  if (!bytes) {
    const std::string text = bytes.error().message();
    const bool is_large = bytes.error().code == make_error_code(Errc::kTooLarge);
    return refused(text, {.no_snappy = is_large ? nullptr : &text});
  }
  request.message_bytes = bytes->size();
  if (const auto no_utf8 = find_invalid_utf8(*bytes, version)) {
    const std::string what = quote(*no_utf8) + " is not UTF-8 (each wrong byte shown as U+FFFD)";
    return refused(what, {.no_utf8 = &what});
  }
  const auto message = decode_message(*bytes, version);
  if (message) return write_message(*message, request, findings);
  const std::string text = message.error().message();
  const bool is_large = message.error().code == make_error_code(Errc::kTooLarge);
  return refused(text, {.no_message = is_large ? nullptr : &text});
}

// Of 1.0 all or nothing, of 2.0 what is good, as Prometheus does it.
Reply Routes::write_message(const WriteMessage& message, ReceivedRequest& request,
                            Findings& findings) {
  std::optional<std::int64_t> now;
  if (options_.wall_now) now = options_.wall_now().time_since_epoch().count();
  const conformance::Verdict verdict = checker_.check(message, now, findings);
  const bool is_v1 = message.version == WriteVersion::kV1;
  const bool is_answered = !options_.misbehaviour.resets && (!forced_now_ || *forced_now_ < 300);
  if (is_answered && !(is_v1 && verdict.is_refused)) {
    for (std::size_t i = 0; i < message.series.size(); ++i) {
      if (verdict.effects[i] == Effect::kStored) store_series(message.series[i], request);
    }
    for (const auto& [family, info] : message.families) store_.describe(family, info);
    checker_.commit(message, verdict, findings);
  }
  Reply reply{.status = 204};
  if (is_v1 ? verdict.is_refused : !verdict.is_whole) {
    reply = {.status = 400, .body = refusal_text(findings, message.version)};
  }
  if (!is_v1 && options_.misbehaviour.written_headers) {
    reply.headers = {
        {"X-Prometheus-Remote-Write-Samples-Written", std::to_string(request.samples)},
        {"X-Prometheus-Remote-Write-Histograms-Written", std::to_string(request.histograms)},
        {"X-Prometheus-Remote-Write-Exemplars-Written", std::to_string(request.exemplars)}};
  }
  return reply;
}

void Routes::store_series(const ReceivedSeries& series, ReceivedRequest& request) {
  const Labels labels = to_labels(series);
  for (const ReceivedSample& sample : series.samples) {
    store_.add(labels, Sample{sample.value, sample.timestamp});
  }
  for (const ReceivedHistogram& histogram : series.histograms) store_.add_native(labels, histogram);
  if (series.metadata) {
    store_.describe(family_name(series, series.metadata->type), family_info(*series.metadata));
  }
  request.series += 1;
  request.samples += series.samples.size();
  request.histograms += series.histograms.size();
  request.exemplars += series.exemplars.size();
}

Reply Routes::misbehave(Reply reply) {
  const Misbehaviour& told = options_.misbehaviour;
  if (forced_now_ && *forced_now_ >= 300) {
    reply = {.status = *forced_now_,
             .body = "told to answer " + std::to_string(*forced_now_) + "\n"};
  } else if (forced_now_ && reply.status / 100 == 2) {
    reply.status = *forced_now_;
  }
  if (told.retry_after && (reply.status == 429 || reply.status >= 500)) {
    reply.headers.emplace_back("Retry-After", std::to_string(told.retry_after->count()));
  }
  reply.resets = told.resets;
  reply.delay = told.delay;
  return reply;
}

void Routes::report(ReceivedRequest& request, const Reply& reply, Findings findings) {
  requests_ += 1;
  findings.ignore(options_.ignored_rules);
  if (!on_request_) return;
  request.number = requests_;
  request.status = reply.resets ? 0 : reply.status;
  if (request.status / 100 != 2) request.error = reply.resets ? "reset, as told" : reply.body;
  while (request.error.ends_with('\n')) request.error.pop_back();
  request.findings = findings.all();
  on_request_(request);
}

}  // namespace bpfpush
