#include "agent/endpoint_protocol.hpp"

#include <string>

namespace bpfpush {
namespace {

HistogramForm form_of(const std::string& histograms) {
  if (histograms == "native") return HistogramForm::kNative;
  if (histograms == "custom") return HistogramForm::kCustom;
  if (histograms == "both") return HistogramForm::kBoth;
  return HistogramForm::kClassic;
}

}  // namespace

FormOptions form_options(const ProtocolConfig& protocol) {
  return {.form = form_of(protocol.histograms),
          .native_buckets_max = protocol.native_histogram_bucket_limit,
          .custom_over_1 = protocol.custom_histograms_over_1};
}

Compression compression_of(const ProtocolConfig& protocol) {
  return protocol.compression == "zstd" ? Compression::kZstd : Compression::kSnappy;
}

std::optional<ProtocolVersion> version_of(const ProtocolConfig& protocol) {
  if (protocol.protobuf_message == "auto") return std::nullopt;
  return protocol.protobuf_message == "prometheus.WriteRequest" ? ProtocolVersion::k1
                                                                : ProtocolVersion::k2;
}

Result<void> check_forms(const RemoteWriteConfig& endpoint, const Collector& collector) {
  const HistogramForm form = form_of(endpoint.protocol.histograms);
  for (const FamilyOrigin& origin : collector.families()) {
    if (!is_impossible(*origin.family, form)) continue;
    return Error(Errc::kInvalidConfig,
                 endpoint.where + ": remote_write " + endpoint.name +
                     ": histograms: " + endpoint.protocol.histograms + " cannot be had of " +
                     origin.family->name + " (" + origin.map + " of " + origin.object +
                     "), whose bounds are those of no native schema; give it buckets: {type: "
                     "native} under programs, or write histograms: custom, which takes any bounds");
  }
  return {};
}

}  // namespace bpfpush
