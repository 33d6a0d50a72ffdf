#pragma once

#include "remote_write/label_bytes.hpp"
#include "remote_write/message_writer.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {

// Remote write 1.0 (prometheus.WriteRequest), byte for byte as the protobuf library would write it:
// fields in order, zeros left out.
class V1Writer final : public MessageWriter {
 public:
  // The options outlive this.
  explicit V1Writer(const LabelOptions& options) : labels_(options) {}

  void begin_pass() override { labels_.begin_pass(); }
  void begin(const SampleStamp& stamp) override;
  SeriesSize select(const std::shared_ptr<const Family>& family,
                    const std::shared_ptr<const Series>& series) override;
  void write(std::span<const std::uint64_t> row) override;
  void write_metadata(const Family& family) override;
  const ByteBuffer& finish() override { return message_; }

 private:
  struct Selected {
    const Family* family = nullptr;
    const FamilyLabelBytes* own = nullptr;
    const SeriesLabelBytes* labels = nullptr;
    SeriesSize size;
  };

  template <typename... Pieces>
  char* put(char* at, double value, const Pieces&... labels) const;

  LabelBytesCache labels_;
  ByteBuffer message_;
  Selected selected_;
  char timestamp_[1 + wire::kVarintSizeMax] = {};  // the field, the same in every sample
  std::size_t timestamp_size_ = 0;
};

}  // namespace bpfpush
