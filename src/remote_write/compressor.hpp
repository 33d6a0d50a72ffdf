#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "remote_write/byte_buffer.hpp"

struct ZSTD_CCtx_s;

namespace bpfpush {

enum class Compression {
  kSnappy,  // block format, which remote write prescribes
  kZstd,    // VictoriaMetrics' variant of remote write 1.0
};

// Compresses one message after another into memory that is kept.
class Compressor {
 public:
  explicit Compressor(Compression compression);
  ~Compressor();

  // Valid until the next call.
  std::span<const std::byte> compress(const ByteBuffer& message);

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  Compression compression_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> zstd_;  // made when it is needed first
  ByteBuffer compressed_;
};

}  // namespace bpfpush
