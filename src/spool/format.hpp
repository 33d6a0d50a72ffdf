#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The snapshot log on disk. This comment is meant to be enough to write a reader.
//
// Integers of fixed width are little-endian. A varint is LEB128: seven bits a byte, the lowest
// first, the high bit set on all bytes but the last. A svarint is the varint of a zigzagged number:
// 0, -1, 1, -2 ... are 0, 1, 2, 3. A text is a varint, its size, and that many bytes of UTF-8.
// f64 is an IEEE 754 double. All sums and differences are modulo 2^64.
//
// A segment is a file named for the id of its first snapshot in 16 hex digits and ".spool". The
// segments of a directory, in the order of their names, are the log. Ids ascend; there are gaps
// where the log was thinned.
//
//   segment  := magic "BPFPSPL"  version:u8=2  first_id:u64  checksum:u32  record*
//   record   := length:u32  checksum:u32  payload:u8[length]
//   payload  := 1 dictionary | 2 snapshot-in-full | 3 difference | 4 end | 5 parity
//                                                                             (kind:u8 first)
//
// The checksum of a segment's head is the crc32c of the bytes before it; that of a record is the
// crc32c of its length's bytes and its payload, so a flipped length cannot make us read another
// record's bytes. A record is valid if and only if 1 <= length <= kRecordBytesMax, all its bytes
// are in the file, and its checksum matches.
//
//   dictionary := count:varint family*  count:varint series*
//   family     := type:u8 (0 counter, 1 gauge, 2 histogram)  flags:u8 (1: they have no sum)
//                 name:text  help:text  unit:text  divisor:f64  multiplier:f64
//                 count:varint label_name:text*  count:varint bound:f64*
//   series     := family:varint  label_value:text*            (as many as the family has names)
//
// Families and series are numbered from 0 over the whole segment, in the order of their first
// appearance. What a snapshot refers to is defined before it.
//
//   snapshot-in-full := id:varint  flags:u8  boot_id:u8[16]  since_boot:varint  wall:svarint
//                       [absent]  [starts]  change*
//   difference       := id:varint  flags:u8  [boot_id:u8[16]]  since_boot:svarint  wall:svarint
//                       [absent]  [starts]  change*
//   flags            := 1 the first snapshot of a run of the agent
//                       2 the wall clock was synchronised
//                       4 a boot_id follows (in a difference)
//                       8 absent follows
//                       16 starts follow
//   absent           := count:varint  family:varint*
//   starts           := count:varint  (family:varint  counting_since:varint)*
//   change           := (gap << 2 | how):varint  [row]
//   end              := snapshots:u32  last_id:u64  level:u8  since_boot:u64 (of the last)
//                       first_since_boot:u64
//
// since_boot is in nanoseconds, wall in milliseconds since 1970. A difference is against the
// snapshot before it in the segment: `id` and `since_boot` are what was added, `wall` is what was
// added beyond the whole milliseconds added to since_boot. The boot id is that of the snapshot
// before unless one is given. Families that are absent could not be read, which is not the same as
// to have no series; they are those of the snapshot before unless they are given, and none in a
// full snapshot. When the counting of a family's
// counters or histograms began is given, in nanoseconds of since_boot's clock, where it is another
// than in the snapshot before; 0 is not known, and so it is in a full snapshot that does not say.
//
// Changes go to the end of the payload, by ascending number of their series; `gap` is how many
// series lie between this one and the one before. Series that are not named are as they were:
// there, with the same values, or not there. `how` is
//
//   0 grown     the row is added to the series' values
//   1 replaced  the row is its values: the series is new, or one of its counts went down
//   2 gone      it is in this snapshot no more; no row
//
//   row of a counter   := varint
//   row of a gauge     := svarint
//   row of a histogram := sum:varint  first:varint  mask:u8+  count:varint*
//
// Of a histogram the buckets from `first` on are given whose bit is set in the mask: seven a byte,
// the lowest bit first, the high bit set on all bytes but the last. The other buckets are 0.
//
// A segment ends with an end record unless a crash came before it, or the agent still writes it.
// `level` says that the segment was thinned to every 2^level-th snapshot.
//
// Parity restores what is damaged, as each difference needs the one before it.
//
//   parity := number:u8  begin:varint  end:varint  sum:u8+    (width: how many up to the record's
//   end)
//
// It is about the segment's bytes from offset `begin` to before `end`, whatever they are part of,
// cut into rows of `width` bytes: row k begins at begin + k * width; there are at most
// kParityRows. Column c of the sum is the sum of the bytes of that column, each multiplied by
// 1 / (number XOR (255 - k)), in the field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1, where
// addition is XOR. So each column of each record with the same begin and width is one linear
// equation of the bytes in it; numbers are below kParityNumbers, and mostly any n such equations
// say what n of those bytes are. A writer may put any of these records anywhere behind what they
// are about, or none.
//
// Damage. In the newest segment what is invalid up to the end of the file is the tail that a crash
// tore; it is truncated when the directory is opened for writing. Anything else that is invalid is
// damage. The next record is found where the length says, if the record there is valid or the file
// ends there; else by trying every byte. What lies between is solved for with the parity records
// that are valid; where few columns are off, but too many bytes may be wrong, as one or two wrong
// bytes each. A record of which a single bit is wrong can be mended by its checksum alone, as any
// other bit would give another. In either case it then has to be valid. This agent writes parity
// of a stretch for every twelfth of it, as soon as there is so much, and at the end of a segment
// for an eighth of all of it: so much damage, in one place or in many, costs nothing. Where it is
// more, the rest of the segment cannot be applied: the next one begins with a full snapshot.
// Nothing that cannot be read is deleted for that reason; it goes when the cap needs the room,
// before anything else does.
//
// A cursor is a file named for its endpoint (see cursor_file_name) and ".cursor":
//
//   cursor   := magic "BPFPCUR"  version:u8=1  position*
//   position := id:u64  checksum:u32                      checksum = crc32c of the id's bytes
//
// The last valid position is the id of the first snapshot that the endpoint has not passed. A file
// that is long, or was torn, is replaced: written under another name, synced, renamed, and the
// directory synced. A stale cursor repeats snapshots; it never skips one.
//
// Example: the record of payload "abc" is 03 00 00 00 f8 83 14 55 61 62 63.
// (SpoolFormat.MatchesTheDocumentedBytes keeps this true.)
// Costs: 8 bytes a record, a full snapshot and its dictionary a segment, and a sixth for parity. A
// new version changes the magic's last byte, and a segment of a version that is not known is left
// alone.
namespace bpfpush::spool_format {

inline constexpr std::string_view kSegmentMagic{"BPFPSPL\x02", 8};
inline constexpr std::string_view kCursorMagic{"BPFPCUR\x01", 8};
inline constexpr std::size_t kSegmentHeadBytes = 20;
inline constexpr std::size_t kRecordHeadBytes = 8;
inline constexpr std::size_t kRecordBytesMax = 64u << 20;
inline constexpr std::size_t kPositionBytes = 12;

// Snapshots after which a segment ends, unless it is then less than four times what its first cost.
inline constexpr std::size_t kSegmentSnapshots = 64;

inline constexpr std::size_t kParityRows = 208;
inline constexpr std::size_t kParityNumbers = 32;

enum class Kind : std::uint8_t {
  kDictionary = 1,
  kFull = 2,
  kDifference = 3,
  kEnd = 4,
  kParity = 5,
};
enum class How : std::uint8_t { kGrown = 0, kReplaced = 1, kGone = 2 };

inline constexpr std::uint8_t kNoSum = 1;  // of a family

inline constexpr std::uint8_t kBeginsRun = 1;  // of a snapshot
inline constexpr std::uint8_t kSynchronized = 2;
inline constexpr std::uint8_t kHasBootId = 4;
inline constexpr std::uint8_t kHasAbsent = 8;
inline constexpr std::uint8_t kHasStarts = 16;

std::uint32_t crc32c(std::string_view bytes);

// What frames a payload as a record.
std::string to_record(std::string_view payload);

std::string segment_head(std::uint64_t first_id);

// A segment's head, as far as its checksum vouches for it.
enum class HeadState { kValid, kDamaged, kUnknownVersion };
HeadState check_segment_head(std::string_view segment);

// The payload of the valid record at `offset`, if there is one.
std::optional<std::string_view> record_at(std::string_view segment, std::size_t offset);

// Where reading goes on after the invalid bytes at `offset`: at a valid record, or at the end.
std::size_t next_record(std::string_view segment, std::size_t offset);

std::string segment_name(std::uint64_t first_id);
// The first id of the segment called `name`, if it is one.
std::optional<std::uint64_t> parse_segment_name(std::string_view name);

// What the end record says of its segment.
struct SegmentEnd {
  std::uint32_t snapshots = 0;
  std::uint64_t last_id = 0;
  std::uint8_t level = 0;
  std::uint64_t last_since_boot = 0;
  std::uint64_t first_since_boot = 0;

  friend bool operator==(const SegmentEnd&, const SegmentEnd&) = default;
};
inline constexpr std::size_t kEndRecordBytes = kRecordHeadBytes + 1 + 4 + 8 + 1 + 8 + 8;
std::string to_end_record(const SegmentEnd& end);
// The end that `payload` holds; nothing if it is another kind of payload.
std::optional<SegmentEnd> parse_end(std::string_view payload);

}  // namespace bpfpush::spool_format
