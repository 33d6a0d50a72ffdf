#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "remote_write/histogram_form.hpp"
#include "remote_write/label_bytes.hpp"
#include "remote_write/label_cache.hpp"
#include "remote_write/message_writer.hpp"
#include "remote_write/native_histogram.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {

// Remote write 1.0 (prometheus.WriteRequest), byte for byte as the protobuf library would write it:
// fields in order, zeros left out.
class V1Writer final : public MessageWriter {
 public:
  // The options outlive this.
  explicit V1Writer(const WriterOptions& options)
      : labels_(options), histogram_(options.forms.native_buckets_max) {}

  void begin_pass() override { labels_.begin_pass(); }
  void begin(std::int64_t timestamp) override;
  SeriesSize select(const std::shared_ptr<const Family>& family,
                    const std::shared_ptr<const Series>& series, std::int64_t start) override;
  void write(std::span<const std::uint64_t> row) override;
  void write_metadata(const Family& family) override;
  const ByteBuffer& finish() override { return message_; }

 private:
  // What is kept of a family.
  struct FamilyPart {
    FamilyPart(const Family& family, const WriterOptions& options);

    FamilyLabelBytes labels;
    FamilyForm form;
  };
  struct SeriesPart : SeriesLabelBytes {
    SeriesPart(const Family& family, const Series& series, const WriterOptions& options)
        : SeriesLabelBytes(family, series, options.labels) {}
  };
  struct Selected {
    const Family* family = nullptr;
    const FamilyPart* own = nullptr;
    const SeriesLabelBytes* labels = nullptr;
    SeriesSize size;
  };

  template <typename... Pieces>
  static char* put_labels(char* at, std::size_t data_size, const Pieces&... labels);
  char* put_sample(char* at, double value) const;
  char* put_classic_samples(char* at, std::span<const std::uint64_t> row) const;
  char* put_native(char* at, std::span<const std::uint64_t> row);

  LabelCache<FamilyPart, SeriesPart, const WriterOptions> labels_;
  NativeHistogram histogram_;
  ByteBuffer message_;
  Selected selected_;
  std::int64_t timestamp_ = 0;
  char timestamp_field_[1 + wire::kVarintSizeMax] = {};  // the same in every Sample
  std::size_t timestamp_size_ = 0;
};

}  // namespace bpfpush
