#include "remote_write/encoder.hpp"

#include <snappy.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "remote_write/ended_series.hpp"
#include "remote_write/label_cache.hpp"
#include "remote_write/request_cut.hpp"
#include "remote_write/sample_value.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {
namespace {

using wire::Type;

// Bytes of a TimeSeries at most, besides its labels: its tag and length, and a Sample with tag,
// length, value and timestamp.
constexpr std::size_t kTimeSeriesOverheadMax =
    1 + wire::kVarintSizeMax + 2 + 9 + 1 + wire::kVarintSizeMax;

// Writes series in the classic form, a TimeSeries of one sample each, byte for byte as the protobuf
// library would: fields in order, zeros left out.
class ClassicWriter {
 public:
  ClassicWriter(ByteBuffer& message, std::int64_t timestamp) : message_(message) {
    if (timestamp == 0) return;
    char* at = timestamp_;
    *at++ = wire::tag(2, Type::kVarint);  // Sample.timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(timestamp));
    timestamp_size_ = static_cast<std::size_t>(at - timestamp_);
  }

  static std::size_t samples(const Family& family) {
    if (family.type != MetricType::kHistogram) return 1;
    return family.bounds.size() + (family.has_sum ? 3 : 2);
  }

  // As many bytes as write() of such a series may take.
  static std::size_t bytes_max(const Family& family, const FamilyLabels& own,
                               const SeriesLabels& labels) {
    // Of a family's names that of the buckets is the longest where there is one.
    const std::size_t name = std::max(own.name().size(), own.bucket_name().size());
    return samples(family) * (kTimeSeriesOverheadMax + name + labels.size()) + own.le_size();
  }

  // Without a row: the samples that end the series.
  void write(const Family& family, std::span<const std::uint64_t> row, const FamilyLabels& own,
             const SeriesLabels& labels) {
    const double first = row.empty() ? kStaleMarker : sample_value(family, row[0]);
    char* at = message_.reserve(bytes_max(family, own, labels));
    if (family.type != MetricType::kHistogram) {
      message_.commit(put(at, first, labels.before_name(), own.name(), labels.after_name()));
      return;
    }
    std::uint64_t observations = 0;
    double count = kStaleMarker;
    for (std::size_t bucket = 0; bucket <= family.bounds.size(); ++bucket) {
      if (!row.empty()) count = static_cast<double>(observations += row[bucket + 1]);
      at = put(at, count, labels.before_name(), own.bucket_name(), labels.from_name_to_le(),
               own.le(bucket), labels.after_le());
    }
    if (family.has_sum) {
      at = put(at, first, labels.before_name(), own.sum_name(), labels.after_name());
    }
    at = put(at, count, labels.before_name(), own.count_name(), labels.after_name());
    message_.commit(at);
  }

 private:
  // A TimeSeries whose labels are these pieces, one after another.
  template <typename... Pieces>
  char* put(char* at, double value, const Pieces&... labels) const {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::size_t sample_size = (bits == 0 ? 0 : 9) + timestamp_size_;
    const std::size_t size = (labels.size() + ...) + wire::bytes_field_size(sample_size);
    at = wire::put_bytes_header(at, 1, size);  // WriteRequest.timeseries
    ((at = wire::put_bytes(at, labels)), ...);
    at = wire::put_bytes_header(at, 2, sample_size);  // TimeSeries.samples
    if (bits != 0) {
      *at++ = wire::tag(1, Type::kFixed64);  // Sample.value
      at = wire::put_fixed64(at, bits);
    }
    return wire::put_bytes(at, {timestamp_, timestamp_size_});
  }

  ByteBuffer& message_;
  char timestamp_[1 + wire::kVarintSizeMax] = {};  // the field, the same in every sample
  std::size_t timestamp_size_ = 0;
};

// MetricMetadata.MetricType; zero is UNKNOWN.
char metadata_type(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return 1;
    case MetricType::kGauge:
      return 2;
    case MetricType::kHistogram:
      return 3;
  }
  return 0;
}

void write_metadata(ByteBuffer& message, const Family& family) {
  struct Field {
    unsigned number;
    std::string_view text;
  };
  const Field fields[] = {{2, family.name}, {4, family.help}, {5, family.unit}};
  std::size_t size = 2;
  for (const Field& field : fields) {
    if (!field.text.empty()) size += wire::bytes_field_size(field.text.size());
  }
  char* at = message.reserve(wire::bytes_field_size(size));
  at = wire::put_bytes_header(at, 3, size);  // WriteRequest.metadata
  *at++ = wire::tag(1, Type::kVarint);
  *at++ = metadata_type(family.type);
  for (const Field& field : fields) {
    if (!field.text.empty()) at = wire::put_string(at, field.number, field.text);
  }
  message.commit(at);
}

}  // namespace

std::size_t series_count(const Snapshot& snapshot) {
  std::size_t count = 0;
  for (const FamilySnapshot& family : snapshot.families) count += family.series.size();
  return count;
}

Encoder::Encoder(EncoderOptions options)
    : options_(std::move(options)),
      labels_(std::make_unique<LabelCache>(options_.external_labels)),
      ended_(std::make_unique<EndedSeries>()) {}

Encoder::~Encoder() = default;

EncodedRequest Encoder::encode(const Snapshot& snapshot, const RequestRange& range) {
  if (range.begin == 0) {
    labels_->begin_pass();
    ended_->begin(snapshot);
  } else {
    ended_->sent_in_part();
  }
  message_.clear();
  const auto timestamp = range.timestamp.value_or(snapshot.instant.wall);
  ClassicWriter writer(message_, timestamp.time_since_epoch().count());
  RequestCut cut(std::min(options_.samples_max, range.samples_max), options_.message_bytes_max);
  const auto write = [&](const std::shared_ptr<const Family>& family,
                         const std::shared_ptr<const Series>& series,
                         std::span<const std::uint64_t> row) {
    FamilyLabels& own = labels_->of(family);
    const SeriesLabels& labels = own.of(series);
    const std::size_t bytes_max = ClassicWriter::bytes_max(*family, own, labels);
    if (!cut.take(ClassicWriter::samples(*family), bytes_max)) return false;
    writer.write(*family, row, own, labels);
    return true;
  };
  SeriesWalk walk(snapshot, range.begin);
  while (!walk.at_end() && walk.position() < range.end) {
    const FamilySnapshot& family = walk.family();
    const std::size_t i = walk.index();
    if (!write(family.family, family.series[i], family.row(i))) break;
    walk.next();
  }
  const std::vector<EndedSeries::One>& ended = ended_->all();
  std::size_t ended_at = range.begin - std::min(range.begin, walk.position());
  while (walk.at_end() && ended_at < ended.size() && walk.position() + ended_at < range.end) {
    if (!write(ended[ended_at].family, ended[ended_at].series, {})) break;
    ended_at += 1;
  }
  if (range.with_metadata) {
    for (const FamilySnapshot& family : snapshot.families) {
      write_metadata(message_, *family.family);
    }
  }
  const std::size_t next = walk.position() + ended_at;
  const std::size_t total = series_count(snapshot) + ended.size();
  return {compress(), cut.samples(), next, next >= total, total};
}

void Encoder::done() {
  ended_->done();
}

std::span<const std::byte> Encoder::compress() {
  compressed_.clear();
  char* body = compressed_.reserve(snappy::MaxCompressedLength(message_.size()));
  std::size_t body_size = 0;
  snappy::RawCompress(message_.data(), message_.size(), body, &body_size);
  compressed_.commit(body + body_size);
  return compressed_.bytes();
}

}  // namespace bpfpush
