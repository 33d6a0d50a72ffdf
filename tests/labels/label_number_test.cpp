#include "labels/label_number.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>

#include "support/fake_filesystem.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

KeyField field(FieldKind kind) {
  KeyField field;
  field.name = "label";
  field.size = sizeof(std::uint32_t);
  field.kind = kind;
  return field;
}

KeyField decoded(std::vector<DecoderSpec> decoders) {
  KeyField one = field(FieldKind::kUnsigned);
  one.decoders = std::move(decoders);
  return one;
}

KeyField enumeration() {
  KeyField one = field(FieldKind::kEnum);
  one.enumerators = {{0, "read"}, {7, "write"}};
  return one;
}

FakeFilesystem filesystem() {
  FakeFilesystem files;
  files.files["/sys/class/block/sdb/dev"] = "8:16\n";
  files.files["/sys/class/block/cciss!c0d0/dev"] = "104:300\n";
  return files;
}

const KeyField kDevice = decoded({{.name = "majorminor"}});

TEST(NumberOfLabel, IsWhatTheKernelCallsIt) {
  const FakeFilesystem files = filesystem();
  struct Case {
    const char* name;
    KeyField field;
    const char* text;
    std::uint64_t want;
  };
  const Case cases[] = {
      {"a number", field(FieldKind::kUnsigned), "42", 42},
      {"a negative number", field(FieldKind::kSigned), "-2", static_cast<std::uint64_t>(-2)},
      {"an enumerator", enumeration(), "write", 7},
      {"a device", kDevice, "sdb", 0x810},
      {"a device with a slash", kDevice, "cciss/c0d0", 104 << 8 | 44 | 256 << 12},
      {"a device by number", kDevice, "8:16", 0x810},
      {"a system call", decoded({{.name = "syscall"}}), "getpgid", SYS_getpgid},
      {"an error", decoded({{.name = "uint"}, {.name = "errno"}}), "ENOENT", ENOENT},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(number_of_label(c.field, c.text, files), c.want);
  }
}

TEST(NumberOfLabel, SaysWhatThereIsInstead) {
  const FakeFilesystem files = filesystem();
  struct Case {
    const char* name;
    KeyField field;
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"no number", field(FieldKind::kUnsigned), "many", "\"many\" is no number"},
      {"negative", field(FieldKind::kUnsigned), "-1", "\"-1\" is no number"},
      {"no enumerator", enumeration(), "erase", "there is no \"erase\"; there is read, write"},
      {"no device", kDevice, "sdz", "there is no block device \"sdz\""},
      {"half a number", kDevice, "8:", "there is no block device \"8:\""},
      {"no system call", decoded({{.name = "syscall"}}), "red", "syscall knows no \"red\""},
      {"nothing", kDevice, "", "a device has a name"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto number = number_of_label(c.field, c.text, files);
    ASSERT_FALSE(number);
    EXPECT_THAT(number.error().message(), HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace bpfpush
