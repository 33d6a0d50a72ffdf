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

V1Writer::FamilyPart::FamilyPart(const Family& family, const WriterOptions& options)
    : labels(family, options.labels),
      form(family_form(family, form_in(ProtocolVersion::k1, options.forms),
                       options.forms.native_buckets_max)) {}

void V1Writer::begin(std::int64_t timestamp) {
  message_.clear();
  timestamp_ = timestamp;
  char* at = timestamp_field_;
  if (timestamp != 0) {
    *at++ = wire::tag(2, Type::kVarint);  // Sample.timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(timestamp));
  }
  timestamp_size_ = static_cast<std::size_t>(at - timestamp_field_);
}

// The protocol cannot say when counting began.
SeriesSize V1Writer::select(const std::shared_ptr<const Family>& family,
                            const std::shared_ptr<const Series>& series, std::int64_t /*start*/) {
  auto& cached = labels_.of(family);
  const FamilyPart& own = cached.part();
  const SeriesPart& labels = cached.of(series);
  const std::size_t each = kTimeSeriesOverheadMax + own.labels.name_size_max() + labels.size();
  SeriesSize size;
  if (own.form.classic) {
    size.samples = classic_samples(*family);
    size.bytes_max = size.samples * each + own.labels.le_size();
  }
  if (own.form.native) {
    size.samples += 1;
    size.histograms = 1;
    size.bytes_max += each + NativeHistogram::bytes_max(*family, *own.form.native);
  }
  selected_ = {family.get(), &own, &labels, size};
  return size;
}

void V1Writer::write(std::span<const std::uint64_t> row) {
  char* at = message_.reserve(selected_.size.bytes_max);
  if (selected_.own->form.classic) at = put_classic_samples(at, row);
  if (selected_.own->form.native) at = put_native(at, row);
  message_.commit(at);
}

// A TimeSeries with its labels, which are these pieces one after another; its data, of `data_size`
// bytes, is to follow.
template <typename... Pieces>
char* V1Writer::put_labels(char* at, std::size_t data_size, const Pieces&... labels) {
  at = wire::put_bytes_header(at, 1, (labels.size() + ...) + data_size);  // WriteRequest.timeseries
  ((at = wire::put_bytes(at, labels)), ...);
  return at;
}

char* V1Writer::put_classic_samples(char* at, std::span<const std::uint64_t> row) const {
  const FamilyLabelBytes& own = selected_.own->labels;
  const SeriesLabelBytes& labels = *selected_.labels;
  put_classic(*selected_.family, row, [&](SamplePart part, std::size_t bucket, double value) {
    const std::size_t value_size = std::bit_cast<std::uint64_t>(value) == 0 ? 0 : 9;
    const std::size_t data_size = wire::bytes_field_size(value_size + timestamp_size_);
    if (part == SamplePart::kBucket) {
      at = put_labels(at, data_size, labels.before_name(), own.name(part), labels.from_name_to_le(),
                      own.le(bucket), labels.after_le());
    } else {
      at = put_labels(at, data_size, labels.before_name(), own.name(part), labels.after_name());
    }
    at = put_sample(at, value);
  });
  return at;
}

char* V1Writer::put_sample(char* at, double value) const {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  at = wire::put_bytes_header(at, 2, (bits == 0 ? 0 : 9) + timestamp_size_);  // TimeSeries.samples
  if (bits != 0) {
    *at++ = wire::tag(1, Type::kFixed64);  // Sample.value
    at = wire::put_fixed64(at, bits);
  }
  return wire::put_bytes(at, {timestamp_field_, timestamp_size_});
}

char* V1Writer::put_native(char* at, std::span<const std::uint64_t> row) {
  const SeriesLabelBytes& labels = *selected_.labels;
  const std::string_view histogram = histogram_.encode(
      *selected_.family, *selected_.own->form.native, row, {.timestamp = timestamp_});
  at = put_labels(at, wire::bytes_field_size(histogram.size()), labels.before_name(),
                  selected_.own->labels.name(SamplePart::kValue), labels.after_name());
  return wire::put_string(at, 4, histogram);  // TimeSeries.histograms
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
