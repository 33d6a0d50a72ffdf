#pragma once

#include <string>

#include "base/result.hpp"
#include "probe/libbpf_log.hpp"

struct bpf_object;
struct bpf_program;

namespace bpfpush {

// Why libbpf or the kernel refused: "Permission denied (errno 13, EACCES)", and what they
// complained of.
std::string describe_failure(int error, const LibbpfLog& log);

// The program of `object` that its load failed at, by what libbpf said of it; null if the failure
// is the whole object's.
bpf_program* find_failed_program(bpf_object* object, const LibbpfLog& log);

// "does not load: ...", "does not attach: ...": a tracepoint that this kernel lacks is named.
std::string why_not_loaded(const bpf_program* program, int error, const LibbpfLog& log);
// `error` has an errno as code, or is one of ours, which says all.
std::string why_not_attached(const bpf_program* program, const Error& error, const LibbpfLog& log);

}  // namespace bpfpush
