// Any bytes as a segment of the spool: what is read of it, what is found out about it and what
// thinning makes of it agree.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "spool/byte_io.hpp"
#include "spool/format.hpp"
#include "spool/repair.hpp"
#include "spool/segment.hpp"
#include "spool/thinning.hpp"

namespace bpfpush {
namespace {

using spool_format::kRecordHeadBytes;
using spool_format::kSegmentHeadBytes;

// The same records with the checksums that they should have: what is behind these is to be reached.
std::string with_checksums(std::string_view segment) {
  std::string sound = spool_format::segment_head(1);
  segment.remove_prefix(std::min(segment.size(), kSegmentHeadBytes));
  while (segment.size() > kRecordHeadBytes) {
    const std::uint32_t length = ByteReader(segment).u32();
    const std::string_view payload = segment.substr(kRecordHeadBytes, length);
    sound += spool_format::to_record(payload);
    segment.remove_prefix(kRecordHeadBytes + payload.size());
  }
  return sound;
}

std::uint32_t read_all(const std::string& bytes) {
  SegmentReader reader(bytes);
  while (reader.next()) {
    const StoredSnapshot stored = reader.snapshot();
    CHECK(stored.id == reader.id());
    for (const FamilySnapshot& family : stored.snapshot->families) {
      CHECK(family.values.size() == family.series.size() * family.family->row_size());
    }
  }
  CHECK(reader.offset() <= bytes.size());
  return reader.snapshots();
}

void check(const std::string& bytes) {
  const SegmentScan scan = scan_segment(bytes);
  CHECK(scan.snapshots == read_all(bytes));
  for (const SegmentDamage& damage : scan.damage) {
    CHECK(damage.offset + damage.bytes <= bytes.size());
  }
  CHECK(repair(bytes).size() == bytes.size());
  const auto thinned = thin(bytes, "", {.keep_level = 1, .level = 1});
  if (!thinned) return;
  CHECK(scan_segment(thinned->bytes).damage.empty());
  CHECK(thinned->info.snapshots == read_all(thinned->bytes));
  CHECK(thinned->info.snapshots + thinned->dropped.size() == scan.snapshots);
}

}  // namespace
}  // namespace bpfpush

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  bpfpush::check(bytes);
  bpfpush::check(bpfpush::with_checksums(bytes));
  return 0;
}
