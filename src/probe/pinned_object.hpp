#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/attach.hpp"

struct bpf_object;

namespace bpfpush {

// What was pinned of one object.
struct PinnedParts {
  std::size_t maps = 0;
  std::size_t programs = 0;
  std::size_t links = 0;
  std::chrono::nanoseconds counting_since{};  // on the boot-time clock; 0 if there is no program
};

// The kernel state of one object as a directory of a BPF file system, which keeps it when the
// process ends:
//
//   maps/MAP          all of its maps; a dot in the name is a dash
//   programs/PROGRAM  those that loaded: their load time is when counting began
//   links/PROGRAM     of each that is attached; a directory (0, 1 ...) where it has several links
//
// It is made, and removed, under another name (kPartSuffix behind it): under its own it has all
// maps and programs, whenever the process dies. Links are added one by one after that, and one that
// is missing is made by the next who adopts the rest.
class PinnedObject {
 public:
  static constexpr char kPartSuffix[] = "-part";

  explicit PinnedObject(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  bool exists() const;
  PinnedParts parts() const;

  // Makes an opened object, which is of the same fingerprint, take the pinned maps for its own, and
  // load no program whose link is pinned. If it fails, the object is of no use any more.
  Result<void> adopt(bpf_object* object) const;

  // Pins the maps and programs of a loaded object.
  Result<void> pin(const bpf_object* object) const;

  // Whether the program `name` is attached by links that are pinned.
  bool has_links(const std::string& name) const;
  // Removes what is left of its links where has_links() is false: some of several, when a process
  // died that was pinning them, or one to an interface that is gone. To be done before it is
  // attached again.
  void drop_links(const std::string& name) const;
  // The links stay what they are: see let_go().
  Result<void> pin_links(const std::string& name, const std::vector<BpfLink>& links) const;

  // Detaches the programs, if nobody else keeps them attached, and frees the maps.
  Result<void> remove() const;

 private:
  std::filesystem::path path_;
};

// Gives up links that are pinned: the programs stay attached when `links` is destroyed.
void let_go(std::vector<BpfLink>& links);

}  // namespace bpfpush
