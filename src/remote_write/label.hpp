#pragma once

#include <string>

namespace bpfpush {

struct Label {
  std::string name;
  std::string value;

  friend bool operator==(const Label&, const Label&) = default;
};

}  // namespace bpfpush
