#include "config/read_protocol.hpp"

#include <string>

namespace bpfpush {
namespace {

constexpr std::string_view kWriteRequest = "prometheus.WriteRequest";
constexpr std::string_view kRequest2 = "io.prometheus.write.v2.Request";

void check_zstd(const MappingReader& reader, ProtocolConfig& protocol) {
  if (protocol.compression != "zstd") return;
  if (protocol.protobuf_message == kRequest2) {
    reader.fault_at("compression",
                    "zstd is VictoriaMetrics' variant of remote write 1.0; leave out "
                    "protobuf_message, or write compression: snappy");
  }
  protocol.protobuf_message = kWriteRequest;
  if (protocol.histograms == "custom") {
    reader.fault_at("histograms",
                    "custom is nothing that VictoriaMetrics takes, to which compression: zstd "
                    "speaks; use classic or native");
  }
}

}  // namespace

ProtocolConfig read_protocol(const MappingReader& reader) {
  ProtocolConfig protocol;
  reader.read_choice("protobuf_message", protocol.protobuf_message,
                     {"auto", kWriteRequest, kRequest2});
  reader.read_choice("compression", protocol.compression, {"snappy", "zstd"});
  reader.read_choice("histograms", protocol.histograms, {"classic", "native", "custom", "both"});
  reader.read_integer("native_histogram_bucket_limit", protocol.native_histogram_bucket_limit,
                      {4, 1'000'000});
  reader.read_bool("custom_histograms_over_1", protocol.custom_histograms_over_1);
  const bool is_custom_over_1 =
      protocol.histograms == "custom" && protocol.protobuf_message == kWriteRequest;
  if (is_custom_over_1 && !protocol.custom_histograms_over_1) {
    reader.fault_at("histograms",
                    "custom needs remote write 2.0, which protobuf_message: "
                    "prometheus.WriteRequest rules out; write protobuf_message: auto, or "
                    "custom_histograms_over_1: true if the receiver (Mimir) is known to take it");
  }
  check_zstd(reader, protocol);
  return protocol;
}

}  // namespace bpfpush
