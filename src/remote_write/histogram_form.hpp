#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "remote_write/label_set.hpp"
#include "remote_write/native_layout.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// The version of the protocol, and so the message, that a request is in.
enum class ProtocolVersion { k1, k2 };  // prometheus.WriteRequest, io.prometheus.write.v2.Request

// What a histogram is written as.
enum class HistogramForm {
  kClassic,  // a series for each bucket, with `le`, and two more
  kNative,   // one series, in a schema's buckets
  kCustom,   // one series, in its own buckets
  kBoth,     // classic and native
};

// What endpoints do otherwise: its form, and what its receiver takes.
struct FormOptions {
  HistogramForm form = HistogramForm::kClassic;
  std::size_t native_buckets_max = 160;  // of a histogram; more are merged
  bool custom_over_1 = false;            // 1.0 forbids custom buckets, but some receivers take them
};

// The options of what is written, in any version.
struct WriterOptions {
  LabelOptions labels = {};
  FormOptions forms = {};
};

// What a request of that version has histograms in: classic, where custom cannot be.
HistogramForm form_in(ProtocolVersion version, const FormOptions& options);

// How one family is written.
struct FamilyForm {
  bool classic = true;
  std::optional<NativeLayout> native = {};
};

// Whatever is not a histogram is classic; so is, in a native form, one whose bounds no schema has.
FamilyForm family_form(const Family& family, HistogramForm form, std::size_t native_buckets_max);

// Whether the form is impossible for the family: its bounds are no schema's. Of a map that is still
// to come, the family has no bounds yet, and nothing is impossible.
bool is_impossible(const Family& family, HistogramForm form);

}  // namespace bpfpush
