#include "remote_write/v2_writer.hpp"

#include <bit>

namespace bpfpush {
namespace {

using wire::Type;

constexpr std::size_t kIndexSizeMax = 5;  // of a symbol

// Of a Sample's two timestamps, and of a TimeSeries' metadata.
constexpr std::size_t kStampSizeMax = 2 * (1 + wire::kVarintSizeMax);
constexpr std::size_t kMetadataSizeMax = 2 + 2 + 2 * (1 + kIndexSizeMax);

// Bytes of a TimeSeries at most, besides its labels and native histogram: its tag and length, those
// of the labels and of the data, a Sample, and metadata.
constexpr std::size_t kTimeSeriesOverheadMax =
    3 * (1 + wire::kVarintSizeMax) + 9 + kStampSizeMax + kMetadataSizeMax;

// Metadata.MetricType; zero is METRIC_TYPE_UNSPECIFIED.
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

char* put_stamp(char* at, const SampleStamp& stamp) {
  if (stamp.timestamp != 0) {
    *at++ = wire::tag(2, Type::kVarint);  // Sample.timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(stamp.timestamp));
  }
  if (stamp.start != 0) {
    *at++ = wire::tag(3, Type::kVarint);  // Sample.start_timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(stamp.start));
  }
  return at;
}

// A label's name and value, as two indices.
class LabelRef {
 public:
  LabelRef(std::uint32_t name, std::uint32_t value) {
    char* const end = wire::put_varint(wire::put_varint(bytes_, name), value);
    size_ = static_cast<std::size_t>(end - bytes_);
  }
  operator std::string_view() const { return {bytes_, size_}; }
  std::size_t size() const { return size_; }

 private:
  char bytes_[2 * kIndexSizeMax];
  std::size_t size_;
};

}  // namespace

void V2Writer::begin_pass() {
  if (labels_.begin_pass()) symbols_.forget_unused();
}

void V2Writer::begin(std::int64_t timestamp) {
  timestamp_ = timestamp;
  series_.clear();
  symbols_.begin_message();
}

SeriesSize V2Writer::select(const std::shared_ptr<const Family>& family,
                            const std::shared_ptr<const Series>& series, std::int64_t start) {
  LabelSymbolsCache::OfFamily& cached = labels_.of(family);
  const FamilyLabelSymbols& own = cached.part();
  const SeriesLabelSymbols& labels = cached.of(series);
  SeriesSize size;
  const std::size_t refs = labels.list.symbols.size() + 4;  // with `__name__` and `le`
  const std::size_t each = kTimeSeriesOverheadMax + refs * kIndexSizeMax;
  if (own.form.classic) {
    size.samples = classic_samples(*family);
    size.bytes_max += size.samples * each;
  }
  if (own.form.native) {
    size.samples += 1;
    size.histograms = 1;
    size.bytes_max += each + NativeHistogram::bytes_max(*family, *own.form.native);
  }
  const std::int64_t said = family->type == MetricType::kGauge ? 0 : start;
  selected_ = {family.get(), &own, &labels, {timestamp_, said}, size};
  // Symbols may be in the message already: as a bound on its size this is generous.
  size.bytes_max += own.text_size + labels.list.text_size;
  return size;
}

void V2Writer::write(std::span<const std::uint64_t> row) {
  if (row.empty()) selected_.stamp.start = 0;
  const Pieces pieces = encode_pieces();
  char* at = series_.reserve(selected_.size.bytes_max);
  if (selected_.own->form.classic) at = put_classic_samples(at, pieces, row);
  if (selected_.own->form.native) at = put_native(at, pieces, row);
  series_.commit(at);
}

const ByteBuffer& V2Writer::finish() {
  message_.clear();
  char* at = message_.reserve(symbols_.bytes().size() + series_.size());
  at = wire::put_bytes(at, symbols_.bytes().text());
  message_.commit(wire::put_bytes(at, series_.text()));
  return message_;
}

V2Writer::Pieces V2Writer::encode_pieces() {
  const SeriesLabelSymbols& labels = *selected_.labels;
  const std::size_t count = labels.list.symbols.size();
  pieces_.clear();
  char* at = pieces_.reserve(count * kIndexSizeMax + kMetadataSizeMax + kStampSizeMax);
  Pieces pieces;
  const auto take = [&at](std::string_view& piece, char* end) {
    piece = {at, static_cast<std::size_t>(end - at)};
    at = end;
  };
  take(pieces.before_name, put_refs(at, 0, labels.name_at));
  take(pieces.from_name_to_le, put_refs(at, labels.name_at, labels.le_at));
  take(pieces.after_le, put_refs(at, labels.le_at, count));
  take(pieces.metadata, put_metadata(at));
  take(pieces.stamp, put_stamp(at, selected_.stamp));
  return pieces;
}

char* V2Writer::put_refs(char* at, std::size_t begin, std::size_t end) {
  const auto& symbols = selected_.labels->list.symbols;
  for (std::size_t i = begin; i < end; ++i) at = wire::put_varint(at, symbols_.index(symbols[i]));
  return at;
}

char* V2Writer::put_metadata(char* at) {
  const std::uint32_t help = symbols_.index(selected_.own->help);
  const std::uint32_t unit = symbols_.index(selected_.own->unit);
  const auto size_of = [](std::uint32_t index) {
    return index == 0 ? 0 : 1 + wire::varint_size(index);
  };
  at = wire::put_bytes_header(at, 5, 2 + size_of(help) + size_of(unit));  // TimeSeries.metadata
  *at++ = wire::tag(1, Type::kVarint);                                    // Metadata.type
  *at++ = metadata_type(selected_.family->type);
  if (help != 0) {
    *at++ = wire::tag(3, Type::kVarint);  // Metadata.help_ref
    at = wire::put_varint(at, help);
  }
  if (unit != 0) {
    *at++ = wire::tag(4, Type::kVarint);  // Metadata.unit_ref
    at = wire::put_varint(at, unit);
  }
  return at;
}

// A TimeSeries with its labels, which are these pieces one after another; its data, of `data_size`
// bytes, and then the metadata are to follow.
template <typename... Labels>
char* V2Writer::put_labels(char* at, std::size_t data_size, const Pieces& pieces,
                           const Labels&... labels) {
  const std::size_t refs_size = (labels.size() + ...);
  const std::size_t size = wire::bytes_field_size(refs_size) + data_size + pieces.metadata.size();
  at = wire::put_bytes_header(at, 5, size);       // Request.timeseries
  at = wire::put_bytes_header(at, 1, refs_size);  // TimeSeries.labels_refs
  ((at = wire::put_bytes(at, labels)), ...);
  return at;
}

char* V2Writer::put_classic_samples(char* at, const Pieces& pieces,
                                    std::span<const std::uint64_t> row) {
  const FamilyLabelSymbols& own = *selected_.own;
  const std::uint32_t name_label = symbols_.index(own.name_label);
  const std::uint32_t le_label = symbols_.index(own.le_label);
  put_classic(*selected_.family, row, [&](SamplePart part, std::size_t bucket, double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::size_t sample_size = (bits == 0 ? 0 : 9) + pieces.stamp.size();
    const std::size_t data_size = wire::bytes_field_size(sample_size);
    const LabelRef name(name_label, symbols_.index(own.name(part)));
    if (part == SamplePart::kBucket) {
      const LabelRef le(le_label, symbols_.index(own.le[bucket]));
      at = put_labels(at, data_size, pieces, pieces.before_name, name, pieces.from_name_to_le, le,
                      pieces.after_le);
    } else {
      at = put_labels(at, data_size, pieces, pieces.before_name, name, pieces.from_name_to_le,
                      pieces.after_le);
    }
    at = wire::put_bytes_header(at, 2, sample_size);  // TimeSeries.samples
    if (bits != 0) {
      *at++ = wire::tag(1, Type::kFixed64);  // Sample.value
      at = wire::put_fixed64(at, bits);
    }
    at = wire::put_bytes(at, pieces.stamp);
    at = wire::put_bytes(at, pieces.metadata);
  });
  return at;
}

char* V2Writer::put_native(char* at, const Pieces& pieces, std::span<const std::uint64_t> row) {
  const FamilyLabelSymbols& own = *selected_.own;
  const LabelRef name(symbols_.index(own.name_label), symbols_.index(own.names[0]));
  const std::string_view histogram =
      histogram_.encode(*selected_.family, *own.form.native, row, selected_.stamp);
  at = put_labels(at, wire::bytes_field_size(histogram.size()), pieces, pieces.before_name, name,
                  pieces.from_name_to_le, pieces.after_le);
  at = wire::put_string(at, 3, histogram);  // TimeSeries.histograms
  return wire::put_bytes(at, pieces.metadata);
}

}  // namespace bpfpush
