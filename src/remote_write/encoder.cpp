#include "remote_write/encoder.hpp"

#include <snappy.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "remote_write/ended_series.hpp"
#include "remote_write/request_cut.hpp"
#include "remote_write/v1_writer.hpp"

namespace bpfpush {

std::size_t series_count(const Snapshot& snapshot) {
  std::size_t count = 0;
  for (const FamilySnapshot& family : snapshot.families) count += family.series.size();
  return count;
}

Encoder::Encoder(EncoderOptions options)
    : options_(std::move(options)),
      writer_(std::make_unique<V1Writer>(options_.labels)),
      ended_(std::make_unique<EndedSeries>()) {}

Encoder::~Encoder() = default;

EncodedRequest Encoder::encode(const Snapshot& snapshot, const RequestRange& range) {
  if (range.begin == 0) {
    writer_->begin_pass();
    ended_->begin(snapshot);
  } else {
    ended_->sent_in_part();
  }
  const auto timestamp = range.timestamp.value_or(snapshot.instant.wall);
  writer_->begin({timestamp.time_since_epoch().count()});
  RequestCut cut(std::min(options_.samples_max, range.samples_max), options_.message_bytes_max);
  const auto write = [&](const std::shared_ptr<const Family>& family,
                         const std::shared_ptr<const Series>& series,
                         std::span<const std::uint64_t> row) {
    const SeriesSize size = writer_->select(family, series);
    if (!cut.take(size.samples, size.bytes_max)) return false;
    writer_->write(row);
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
      writer_->write_metadata(*family.family);
    }
  }
  const std::size_t next = walk.position() + ended_at;
  const std::size_t total = series_count(snapshot) + ended.size();
  return {compress(writer_->finish()), cut.samples(), next, next >= total, total};
}

void Encoder::done() {
  ended_->done();
}

std::span<const std::byte> Encoder::compress(const ByteBuffer& message) {
  compressed_.clear();
  char* body = compressed_.reserve(snappy::MaxCompressedLength(message.size()));
  std::size_t body_size = 0;
  snappy::RawCompress(message.data(), message.size(), body, &body_size);
  compressed_.commit(body + body_size);
  return compressed_.bytes();
}

}  // namespace bpfpush
