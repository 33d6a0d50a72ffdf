#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "remote_write/label_symbols.hpp"
#include "remote_write/message_writer.hpp"
#include "remote_write/native_histogram.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {

// Remote write 2.0 (io.prometheus.write.v2.Request), byte for byte as the protobuf library would
// write it. Every series says what its family is.
class V2Writer final : public MessageWriter {
 public:
  // The options outlive this.
  explicit V2Writer(const WriterOptions& options)
      : context_{options, symbols_},
        labels_(context_),
        histogram_(options.forms.native_buckets_max) {}

  void begin_pass() override;
  void begin(std::int64_t timestamp) override;
  SeriesSize select(const std::shared_ptr<const Family>& family,
                    const std::shared_ptr<const Series>& series, std::int64_t start) override;
  void write(std::span<const std::uint64_t> row) override;
  void write_metadata(const Family& /*family*/) override {}
  const ByteBuffer& finish() override;

 private:
  struct Selected {
    const Family* family = nullptr;
    const FamilyLabelSymbols* own = nullptr;
    const SeriesLabelSymbols* labels = nullptr;
    SampleStamp stamp;
    SeriesSize size;
  };
  // What the series of one label set have in common, as bytes of the message at hand.
  struct Pieces {
    std::string_view before_name;
    std::string_view from_name_to_le;
    std::string_view after_le;
    std::string_view metadata;
    std::string_view stamp;  // of a Sample: both timestamps
  };

  Pieces encode_pieces();
  char* put_refs(char* at, std::size_t begin, std::size_t end);
  char* put_metadata(char* at);
  template <typename... Labels>
  char* put_labels(char* at, std::size_t data_size, const Pieces& pieces, const Labels&... labels);
  char* put_classic_samples(char* at, const Pieces& pieces, std::span<const std::uint64_t> row);
  char* put_native(char* at, const Pieces& pieces, std::span<const std::uint64_t> row);

  Symbols symbols_;
  LabelSymbolsContext context_;
  LabelSymbolsCache labels_;
  NativeHistogram histogram_;
  std::int64_t timestamp_ = 0;
  Selected selected_;
  ByteBuffer pieces_;
  ByteBuffer series_;   // of the message
  ByteBuffer message_;  // the symbols, then the series
};

}  // namespace bpfpush
