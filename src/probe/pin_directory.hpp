#pragma once

#include <set>
#include <string>
#include <vector>

#include "probe/pinned_object.hpp"

namespace bpfpush {

// Where one agent keeps the kernel state of its objects: a directory for each, named for it and for
// its fingerprint (OBJECT-FINGERPRINT), so that what is found there is what was asked for, or is
// not wanted any more. Whoever uses it has locked it. Other files in it are left alone.
class PinDirectory {
 public:
  explicit PinDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // The name of an object's directory.
  static std::string name_of(const std::string& object, const std::string& fingerprint);
  // "OBJECT" of such a name.
  static std::string object_of(const std::string& name);

  PinnedObject object(const std::string& name) const;

  // The names of what is there and whole, sorted.
  std::vector<std::string> names() const;

  // Removes all of them but those in `kept`, and whatever is left of those that were being made or
  // removed when the process died.
  Result<void> keep_only(const std::set<std::string>& kept) const;

 private:
  std::string path_;
};

}  // namespace bpfpush
