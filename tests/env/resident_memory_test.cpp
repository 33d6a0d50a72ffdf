#include "env/resident_memory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "env/posix_filesystem.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Mapping> clean_mappings(const std::string& smaps) {
  CleanMappings mappings;
  std::istringstream lines(smaps);
  for (std::string line; std::getline(lines, line);) mappings.take(line);
  return mappings.found();
}

TEST(CleanMappings, AreOfFilesNotWritableAndUnchanged) {
  const auto found = clean_mappings(
      "5581a000-5581b000 r--p 00000000 fe:00 17 /usr/bin/agent\n"
      "Size:                  4 kB\n"
      "Anonymous:             0 kB\n"
      "VmFlags: rd mr mw me\n"
      "5581b000-5583b000 r-xp 00001000 fe:00 17 /usr/bin/a name with spaces\n"
      "Anonymous:             0 kB\n"
      "AnonHugePages:         0 kB\n"
      "5583b000-5583c000 r--p 00021000 fe:00 17 /usr/bin/agent\n"
      "Anonymous:             4 kB\n"
      "5583c000-5583d000 rw-p 00022000 fe:00 17 /usr/bin/agent\n"
      "Anonymous:             0 kB\n"
      "7fff0000-7fff2000 r-xp 00000000 00:00 0 [vdso]\n"
      "Anonymous:             0 kB\n"
      "7fff2000-7fff3000 r--p 00000000 00:00 0 \n"
      "Anonymous:             0 kB\n");
  EXPECT_THAT(found, ElementsAre(Mapping{0x5581a000, 0x5581b000}, Mapping{0x5581b000, 0x5583b000}));
}

TEST(CleanMappings, OfWhatIsNoMapThereAreNone) {
  EXPECT_THAT(clean_mappings(""), IsEmpty());
  EXPECT_THAT(clean_mappings("Anonymous: 0 kB\n"), IsEmpty());
  EXPECT_THAT(clean_mappings("12-\nAnonymous: 0 kB\n12-34 r\nAnonymous: 0 kB\n"), IsEmpty());
}

// Kilobytes of the mapping that begins at `address` that are in memory.
std::string resident_kilobytes(const void* address) {
  std::ostringstream begin;
  begin << std::hex << reinterpret_cast<std::uintptr_t>(address) << '-';
  std::ifstream smaps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(smaps, line);) {
    if (line.find('-') < line.find(' ')) here = line.starts_with(begin.str());
    if (here && line.starts_with("Rss:")) return line.substr(4);
  }
  return "no such mapping";
}

TEST(ReleaseResidentMemory, LetsPagesOfFilesGoAndKeepsWhatWasWritten) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "file").string();
  std::ofstream(path) << std::string(8192, 'x') << std::flush;
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto map = [&file] {
    return static_cast<char*>(
        ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0));
  };
  char* const read = map();
  char* const written = map();
  ASSERT_EQ(read[0], 'x');
  written[0] = 'y';
  ::mprotect(read, 8192, PROT_READ);
  ::mprotect(written, 4096, PROT_READ);  // a mapping of its own, of one changed page
  ASSERT_NE(resident_kilobytes(read).find_first_of("48"), std::string::npos);

  release_resident_memory(PosixFilesystem());

  EXPECT_THAT(resident_kilobytes(read), ::testing::HasSubstr(" 0 kB"));
  EXPECT_EQ(read[0], 'x');
  EXPECT_EQ(written[0], 'y');
  ::munmap(read, 8192);
  ::munmap(written, 8192);
}

}  // namespace
}  // namespace bpfpush
