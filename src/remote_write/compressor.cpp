#include "remote_write/compressor.hpp"

#include <snappy.h>
#include <zstd.h>

#include "base/check.hpp"

namespace bpfpush {
namespace {

constexpr int kZstdLevel = 3;  // zstd's own default: higher ones take longer and save little here

}  // namespace

void Compressor::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

Compressor::Compressor(Compression compression) : compression_(compression) {}

Compressor::~Compressor() = default;

std::span<const std::byte> Compressor::compress(const ByteBuffer& message) {
  compressed_.clear();
  if (compression_ == Compression::kZstd) {
    if (!zstd_) zstd_.reset(ZSTD_createCCtx());
    const std::size_t size_max = ZSTD_compressBound(message.size());
    char* body = compressed_.reserve(size_max);
    const std::size_t size =
        ZSTD_compressCCtx(zstd_.get(), body, size_max, message.data(), message.size(), kZstdLevel);
    CHECK(ZSTD_isError(size) == 0);
    compressed_.commit(body + size);
  } else {
    char* body = compressed_.reserve(snappy::MaxCompressedLength(message.size()));
    std::size_t size = 0;
    snappy::RawCompress(message.data(), message.size(), body, &size);
    compressed_.commit(body + size);
  }
  return compressed_.bytes();
}

}  // namespace bpfpush
