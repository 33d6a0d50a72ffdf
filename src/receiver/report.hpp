#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "receiver/routes.hpp"

namespace bpfpush {

// What a receiver found, for people and for scripts. Every text is whole lines.

// A request and its findings, one line each.
std::string to_text(const ReceivedRequest& request);

// One JSON object:
//   {"request":1,"version":"2.0","status":204,"series":1,"samples":1,"histograms":0,"exemplars":0,
//    "body_bytes":90,"message_bytes":95,"findings":[{"rule":"labels_sorted","level":"MUST",
//    "where":"series up{job=\\"a\\"}","what":"...","count":1}]}
// "error" is there where the answer has one; "version" is null where it is not known.
std::string to_json(const ReceivedRequest& request);

// All rules, a line each: level in 1.0 and 2.0, name, what it demands, where that is written.
std::string rules_text();

// What all requests of a receiver's life came to.
class Tally {
 public:
  void add(const ReceivedRequest& request);
  // What is missing at the end.
  void add_missing(std::span<const conformance::Finding> missing);

  std::size_t requests() const { return requests_; }
  // True if a rule was broken, or a request was no remote write at all (not: too large).
  bool has_faults() const { return !broken_.empty() || unread_ > 0; }

  std::string to_text() const;
  // {"requests":2,"stored":2,"unread":0,"broken":[{"rule":"user_agent","level":"MUST","count":2,
  //  "example":"header: there is no User-Agent"}]}
  std::string to_json() const;

 private:
  struct Broken {
    conformance::Level level;
    std::size_t count = 0;
    std::string example;
  };
  void add(const conformance::Finding& finding);

  std::size_t requests_ = 0;
  std::size_t stored_ = 0;
  std::size_t unread_ = 0;                     // neither remote write 1.0 nor 2.0
  std::map<std::string_view, Broken> broken_;  // by the rule's name
};

}  // namespace bpfpush
