#include "remote_write/histogram_form.hpp"

namespace bpfpush {

HistogramForm form_in(ProtocolVersion version, const FormOptions& options) {
  const bool is_forbidden = version == ProtocolVersion::k1 && !options.custom_over_1;
  if (options.form == HistogramForm::kCustom && is_forbidden) return HistogramForm::kClassic;
  return options.form;
}

FamilyForm family_form(const Family& family, HistogramForm form, std::size_t native_buckets_max) {
  FamilyForm result;
  if (family.type != MetricType::kHistogram || form == HistogramForm::kClassic) return result;
  if (form == HistogramForm::kCustom) {
    result.native = custom_layout(family.bounds, native_buckets_max);
  } else {
    result.native = exponential_layout(family.bounds);
  }
  result.classic = form == HistogramForm::kBoth || !result.native;
  return result;
}

bool is_impossible(const Family& family, HistogramForm form) {
  const bool needs_schema = form == HistogramForm::kNative || form == HistogramForm::kBoth;
  return needs_schema && family.type == MetricType::kHistogram && !family.bounds.empty() &&
         !exponential_layout(family.bounds);
}

}  // namespace bpfpush
