#include "exporter_fixture.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "agent/programs.hpp"
#include "remote_write/text_format.hpp"
#include "support/requirement.hpp"

namespace bpfpush {

int own_map_fd(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the descriptor that lists them
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (gone || target.string().find("bpf-map") == std::string::npos) continue;
    const int fd = std::stoi(entry.path().filename());
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) continue;
    if (name.substr(0, sizeof info.name - 1) == info.name) return fd;
  }
  return -1;
}

void ExporterTest::SetUp() {
  REQUIRE_OF_MACHINE(require_bpf());
}

std::string ExporterTest::open(const std::vector<std::string>& names, bool drop_last_bound) {
  Config config;
  for (const std::string& name : names) {
    config.programs.push_back({.name = name,
                               .exporter_dir = EXPORTER_CONFIGURATIONS,
                               .drop_last_finite_bucket = drop_last_bound});
  }
  const Result<void> opened = open_programs(config, filesystem_, collector_);
  return opened ? "" : opened.error().message();
}

void ExporterTest::load(const std::vector<std::string>& names, bool drop_last_bound) {
  ASSERT_EQ(open(names, drop_last_bound), "");
  collector_.load();
}

std::vector<std::string> ExporterTest::lines(const std::string& name) {
  Snapshot snapshot;
  collector_.collect(snapshot.families);
  if (!name.empty()) {
    std::erase_if(snapshot.families, [&](const FamilySnapshot& family) {
      return family.family->name != "ebpf_exporter_" + name;
    });
  }
  std::vector<std::string> lines;
  std::istringstream text(to_text_format(snapshot));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

ProgramStatus ExporterTest::status_of(const std::string& program) const {
  for (const ProgramState& state : collector_.programs()) {
    if (state.status.name == program) return state.status;
  }
  return {"no such program", false, ""};
}

}  // namespace bpfpush
