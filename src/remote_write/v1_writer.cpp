#include "remote_write/v1_writer.hpp"

#include <bit>
#include <string_view>

namespace bpfpush {
namespace {

using wire::Type;

// Bytes of a TimeSeries at most, besides its labels: its tag and length, and a Sample with tag,
// length, value and timestamp.
constexpr std::size_t kTimeSeriesOverheadMax =
    1 + wire::kVarintSizeMax + 2 + 9 + 1 + wire::kVarintSizeMax;

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

}  // namespace

void V1Writer::begin(const SampleStamp& stamp) {
  message_.clear();
  char* at = timestamp_;
  if (stamp.timestamp != 0) {
    *at++ = wire::tag(2, Type::kVarint);  // Sample.timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(stamp.timestamp));
  }
  timestamp_size_ = static_cast<std::size_t>(at - timestamp_);
}

SeriesSize V1Writer::select(const std::shared_ptr<const Family>& family,
                            const std::shared_ptr<const Series>& series) {
  LabelBytesCache::OfFamily& own = labels_.of(family);
  const SeriesLabelBytes& labels = own.of(series);
  const std::size_t samples = classic_samples(*family);
  const std::size_t each = kTimeSeriesOverheadMax + own.part().name_size_max() + labels.size();
  selected_ = {
      family.get(), &own.part(), &labels, {samples, samples * each + own.part().le_size()}};
  return selected_.size;
}

void V1Writer::write(std::span<const std::uint64_t> row) {
  const FamilyLabelBytes& own = *selected_.own;
  const SeriesLabelBytes& labels = *selected_.labels;
  char* at = message_.reserve(selected_.size.bytes_max);
  put_classic(*selected_.family, row, [&](SamplePart part, std::size_t bucket, double value) {
    if (part == SamplePart::kBucket) {
      at = put(at, value, labels.before_name(), own.name(part), labels.from_name_to_le(),
               own.le(bucket), labels.after_le());
    } else {
      at = put(at, value, labels.before_name(), own.name(part), labels.after_name());
    }
  });
  message_.commit(at);
}

// A TimeSeries of one sample, whose labels are these pieces, one after another.
template <typename... Pieces>
char* V1Writer::put(char* at, double value, const Pieces&... labels) const {
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

void V1Writer::write_metadata(const Family& family) {
  struct Field {
    unsigned number;
    std::string_view text;
  };
  const Field fields[] = {{2, family.name}, {4, family.help}, {5, family.unit}};
  std::size_t size = 2;
  for (const Field& field : fields) {
    if (!field.text.empty()) size += wire::bytes_field_size(field.text.size());
  }
  char* at = message_.reserve(wire::bytes_field_size(size));
  at = wire::put_bytes_header(at, 3, size);  // WriteRequest.metadata
  *at++ = wire::tag(1, Type::kVarint);
  *at++ = metadata_type(family.type);
  for (const Field& field : fields) {
    if (!field.text.empty()) at = wire::put_string(at, field.number, field.text);
  }
  message_.commit(at);
}

}  // namespace bpfpush
