#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

struct bpf_object;

namespace bpfpush {

// An opened object's constants (`const volatile` variables), to read and set before it is loaded.
class Rodata {
 public:
  // Copies the constants of `object`, which must outlive this. An object without any has no
  // variables.
  static Rodata read(bpf_object* object);

  // The bytes of a variable; empty if there is none of that name. They live as long as this.
  std::span<std::byte> variable(const std::string& name);
  const std::vector<std::string>& names() const { return names_; }
  // Is there a bool of that name, and is it true?
  bool is_on(const std::string& name);

  // Sets a bool or an integer from text ("true", "false", a decimal number). kNotFound lists the
  // variables that can be set; kInvalidConfig says why the text does not fit.
  Result<void> set(const std::string& name, const std::string& text);

  // Gives the constants back to the object.
  Result<void> store() const;

 private:
  struct Variable {
    std::size_t offset = 0;
    std::size_t size = 0;
    bool is_bool = false;
    bool is_integer = false;
    bool is_signed = false;
  };

  std::string settable_names() const;

  bpf_object* object_ = nullptr;
  std::vector<std::byte> bytes_;
  std::vector<std::string> names_;
  std::map<std::string, Variable> variables_;
};

}  // namespace bpfpush
