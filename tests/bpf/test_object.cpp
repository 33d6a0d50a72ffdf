#include "test_object.hpp"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace bpfpush {
namespace {

Probe load(const HistogramOptions& histogram, const std::map<std::string, std::string>& settings) {
  const auto object = test_object("observe");
  ProbeOptions options = test_object_options("observe", object);
  options.histograms = {{"observed", histogram}};
  options.settings = settings;
  Probe probe = Probe::open(options).value();
  probe.load().value();
  return probe;
}

}  // namespace

std::vector<std::byte> test_object(const std::string& name) {
  std::ifstream file(std::string(TEST_OBJECTS) + "/" + name + ".bpf.o", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << name;
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

ProbeOptions test_object_options(const std::string& name, const std::vector<std::byte>& object) {
  ProbeOptions options;
  options.name = name;
  options.object = object;
  return options;
}

Observer::Observer(const HistogramOptions& histogram,
                   const std::map<std::string, std::string>& settings)
    : probe_(load(histogram, settings)), program_(probe_.program_fd("observe")) {}

void Observer::observe(std::uint32_t id, std::uint64_t value, std::uint32_t count) {
  struct {
    std::uint64_t value;
    std::uint32_t id;
    std::uint32_t count;
  } args = {value, id, count};
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.ctx_in = &args;
  options.ctx_size_in = sizeof args;
  EXPECT_EQ(bpf_prog_test_run_opts(program_, &options), 0) << std::strerror(errno);
}

std::map<std::uint32_t, std::vector<std::uint64_t>> Observer::rows() {
  MapRows rows;
  const Result<void> read = probe_.source(0)->read(rows);
  EXPECT_TRUE(read) << read.error().message();
  std::map<std::uint32_t, std::vector<std::uint64_t>> by_id;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t id = 0;
    std::memcpy(&id, rows.key(i).data(), sizeof id);
    EXPECT_TRUE(by_id.try_emplace(id, rows.row(i).begin(), rows.row(i).end()).second);
  }
  return by_id;
}

std::vector<std::uint64_t> Observer::overflow() {
  std::vector<std::uint64_t> row(histogram().row_size());
  const auto read = probe_.source(0)->read_overflow(row);
  EXPECT_TRUE(read) << read.error().message();
  return row;
}

}  // namespace bpfpush
