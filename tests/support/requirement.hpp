#pragma once

#include <string>

namespace bpfpush {

// What a test needs of the machine. Where it is missing the test is skipped with the reason, unless
// the environment says that it must be there: BPFPUSH_REQUIRE_BPF=1 for the kernel, CI for
// programs.
struct Requirement {
  std::string missing;  // empty: it is there
  bool mandatory = false;
};

// Loading BPF programs (root and BTF), and loop devices to measure.
Requirement require_bpf();

// A program of the receivers' folder (BPFPUSH_RECEIVERS_DIR, else where bootstrap.sh unpacks them)
// or of PATH.
Requirement require_program(const std::string& name);

// Its path, or empty.
std::string find_program(const std::string& name);

}  // namespace bpfpush

// Ends the test here unless the requirement is met.
#define REQUIRE_OF_MACHINE(requirement)                                             \
  if (const ::bpfpush::Requirement unmet = (requirement); !unmet.missing.empty()) { \
    if (unmet.mandatory) FAIL() << unmet.missing;                                   \
    GTEST_SKIP() << unmet.missing;                                                  \
  }                                                                                 \
  static_assert(true)
