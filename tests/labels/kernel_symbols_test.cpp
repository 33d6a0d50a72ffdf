#include "labels/kernel_symbols.hpp"

#include <gtest/gtest.h>

#include "labels/decoded.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using namespace std::string_view_literals;

constexpr char kSymbols[] =
    "ffffffff81000000 T _stext\n"
    "ffffffff81000000 T _text\n"
    "ffffffff81000100 t do_one\n"
    "ffffffff81000080 t do_early\n"
    "ffffffffc0201000 t module_one\t[loop]\n"
    "ffffffffc0301000 t bpf_prog_1_f\t[bpf]\n"
    "0000000000000000 A hidden\n"
    "nonsense\n"
    "ffffffff81000900\n";

class KernelSymbolsTest : public testing::Test {
 protected:
  KernelSymbolsTest() {
    filesystem_.files["/proc/kallsyms"] = kSymbols;
    filesystem_.files["/proc/modules"] = "loop 36864 1 - Live 0xffffffffc0201000\n";
  }

  int reads() { return filesystem_.reads["/proc/kallsyms"]; }

  FakeFilesystem filesystem_;
  KernelSymbols symbols_{filesystem_};
};

TEST_F(KernelSymbolsTest, AreFoundByTheirAddress) {
  EXPECT_EQ(symbols_.at(0xffffffff81000000), "_text") << "the last of several names";
  EXPECT_EQ(symbols_.at(0xffffffff81000080), "do_early");
  EXPECT_EQ(symbols_.at(0xffffffffc0201000), "module_one\t[loop]");
  EXPECT_EQ(symbols_.at(0xffffffff81000101), "");
  EXPECT_EQ(symbols_.at(0), "");
}

TEST_F(KernelSymbolsTest, AreFoundBeforeAnAddress) {
  EXPECT_EQ(symbols_.before(0xffffffff810000ff), "do_early");
  EXPECT_EQ(symbols_.before(0xffffffff81000100), "do_one");
  EXPECT_EQ(symbols_.before(0xffffffffc0201fff), "module_one\t[loop]");
  EXPECT_EQ(symbols_.before(0xffffffff80ffffff), "");
  EXPECT_EQ(symbols_.before(~0ull), "bpf_prog_1_f\t[bpf]");
}

TEST_F(KernelSymbolsTest, AreReadOncePerCollectionHoweverManyAreUnknown) {
  for (std::uint64_t address = 1; address < 100; ++address) symbols_.at(address);
  EXPECT_EQ(reads(), 1);
  symbols_.begin_collection();
  for (std::uint64_t address = 1; address < 100; ++address) symbols_.at(address);
  EXPECT_EQ(reads(), 2) << "an unknown one is asked for again";
}

TEST_F(KernelSymbolsTest, AreNotReadAgainWhileAllAreKnown) {
  for (int collection = 0; collection < 3; ++collection) {
    symbols_.begin_collection();
    symbols_.at(0xffffffff81000100);
    symbols_.before(0xffffffff81000101);
  }
  EXPECT_EQ(reads(), 1);
  filesystem_.files["/proc/modules"] = "loop 36864 7 - Live 0xffffffffc0201000\n";
  symbols_.begin_collection();
  symbols_.at(0xffffffff81000100);
  EXPECT_EQ(reads(), 1) << "a module's use changed, not where it is";
}

TEST_F(KernelSymbolsTest, OfAnotherModuleAtTheSameAddressAreNoticed) {
  EXPECT_EQ(symbols_.at(0xffffffffc0201000), "module_one\t[loop]");
  filesystem_.files["/proc/kallsyms"] = "ffffffffc0201000 t module_two\t[nbd]\n";
  filesystem_.files["/proc/modules"] = "nbd 36864 0 - Live 0xffffffffc0201000\n";
  symbols_.begin_collection();
  EXPECT_EQ(symbols_.at(0xffffffffc0201000), "module_two\t[nbd]");
}

TEST_F(KernelSymbolsTest, OfAnotherBpfProgramAtTheSameAddressAreNoticed) {
  EXPECT_EQ(symbols_.at(0xffffffffc0301000), "bpf_prog_1_f\t[bpf]");
  filesystem_.files["/proc/kallsyms"] = "ffffffffc0301000 t bpf_prog_2_g\t[bpf]\n";
  symbols_.begin_collection();
  EXPECT_EQ(symbols_.at(0xffffffffc0301000), "bpf_prog_2_g\t[bpf]");
}

TEST_F(KernelSymbolsTest, AreForgottenWhenACollectionDidNotAskForThem) {
  symbols_.at(0xffffffff81000100);
  symbols_.begin_collection();
  symbols_.begin_collection();
  symbols_.at(0xffffffff81000100);
  EXPECT_EQ(reads(), 2);
}

TEST_F(KernelSymbolsTest, AreWhatKsymAndKstackShow) {
  HostNames names(filesystem_);
  constexpr auto kDoOne = "\x00\x01\x00\x81\xff\xff\xff\xff"sv;
  EXPECT_EQ(decoded({{"ksym"}}, kDoOne, names), "do_one");
  EXPECT_EQ(decoded({{"ksym"}}, "\x00\x10\x20\xc0\xff\xff\xff\xff"sv, names), "module_one\t[loop]");
  EXPECT_EQ(decoded({{"ksym"}}, "\x01\x01\x00\x81\xff\xff\xff\xff"sv, names),
            "unknown_addr:0xffffffff81000101");
  EXPECT_EQ(decoded({{"ksym"}}, "\0\0\0\0\0\0\0\0"sv, names), "unknown_addr:0x0");
  EXPECT_EQ(decoded({{"kstack"}},
                    "\x04\x01\x00\x81\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00"
                    "\x90\x00\x00\x81\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00"
                    "\x90\x00\x00\x81\xff\xff\xff\xff"sv,
                    names),
            "do_one\n?\?\ndo_early");
  EXPECT_EQ(decoded({{"kstack"}}, kDoOne, names), "do_one");
  EXPECT_EQ(decoded({{"kstack"}}, "\0\0\0\0\0\0\0\0"sv, names), "");
  EXPECT_EQ(decoded({{"kstack"}}, ""sv, names), "");
}

}  // namespace
}  // namespace bpfpush
