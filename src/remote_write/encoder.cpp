#include "remote_write/encoder.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "remote_write/ended_series.hpp"
#include "remote_write/request_cut.hpp"
#include "remote_write/start_stamps.hpp"
#include "remote_write/v1_writer.hpp"
#include "remote_write/v2_writer.hpp"

namespace bpfpush {

std::size_t series_count(const Snapshot& snapshot) {
  std::size_t count = 0;
  for (const FamilySnapshot& family : snapshot.families) count += family.series.size();
  return count;
}

namespace {

// External labels are added before the rules, which may take them away again.
EncoderOptions prepared(EncoderOptions options) {
  options.rules.external_labels = options.writing.labels.external_labels;
  if (!options.rules.relabeling.empty()) options.writing.labels.external_labels.clear();
  return options;
}

// Where a request holds both forms, the rules are those of the classic one.
bool has_classic(ProtocolVersion version, const FormOptions& options) {
  const HistogramForm form = form_in(version, options);
  return form == HistogramForm::kClassic || form == HistogramForm::kBoth;
}

}  // namespace

Encoder::Encoder(EncoderOptions options)
    : options_(prepared(std::move(options))),
      rules_(options_.rules),
      writers_{std::make_unique<V1Writer>(options_.writing),
               std::make_unique<V2Writer>(options_.writing)},
      ended_(std::make_unique<EndedSeries>()),
      starts_(std::make_unique<StartStamps>()),
      compressor_(options_.compression) {}

Encoder::~Encoder() = default;

EncodedRequest Encoder::encode(const Snapshot& taken, const RequestRange& range) {
  if (range.begin == 0) rules_.set_classic(has_classic(range.version, options_.writing.forms));
  const Snapshot& snapshot = range.begin == 0 ? rules_.apply(taken) : rules_.view_of(taken);
  if (range.begin == 0) {
    for (const auto& writer : writers_) writer->begin_pass();
    ended_->begin(snapshot);
    starts_->begin_pass(snapshot.instant);
  } else {
    ended_->sent_in_part();
  }
  const std::int64_t timestamp =
      range.timestamp.value_or(snapshot.instant.wall).time_since_epoch().count();
  MessageWriter& writer = *writers_[static_cast<std::size_t>(range.version)];
  writer.begin(timestamp);
  RequestCut cut(std::min(options_.samples_max, range.samples_max), options_.message_bytes_max);
  const auto take = [&](const SeriesSize& size, std::span<const std::uint64_t> row) {
    if (!cut.take(size)) return false;
    writer.write(row);
    return true;
  };
  SeriesWalk walk(snapshot, range.begin);
  while (!walk.at_end() && walk.position() < range.end) {
    const FamilySnapshot& family = walk.family();
    const std::size_t i = walk.index();
    const std::int64_t start = starts_->of(family.counting_since, timestamp);
    if (!take(writer.select(family.family, family.series[i], start), family.row(i))) break;
    walk.next();
  }
  const std::vector<EndedSeries::One>& ended = ended_->all();
  std::size_t ended_at = range.begin - std::min(range.begin, walk.position());
  while (walk.at_end() && ended_at < ended.size() && walk.position() + ended_at < range.end) {
    if (!take(writer.select(ended[ended_at].family, ended[ended_at].series, 0), {})) break;
    ended_at += 1;
  }
  if (range.with_metadata) {
    for (const FamilySnapshot& family : snapshot.families) {
      writer.write_metadata(*family.family);
    }
  }
  const std::size_t next = walk.position() + ended_at;
  const std::size_t total = series_count(snapshot) + ended.size();
  return {.body = compressor_.compress(writer.finish()),
          .samples = cut.samples(),
          .histograms = cut.histograms(),
          .next = next,
          .is_last = next >= total,
          .total = total};
}

void Encoder::done() {
  ended_->done();
}

}  // namespace bpfpush
