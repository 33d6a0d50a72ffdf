#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tidy/checks.hpp"

// Goal: the rules of this repository hold in every file of it. Method: read all files and run each
// check over them. rules_test.cpp shows for each check that it finds what it is there for.
namespace bpfpush::tidy {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree(BPFPUSH_SOURCE_DIR);
  return files;
}

std::string joined(const Violations& violations) {
  std::string text;
  for (const std::string& violation : violations) text += violation + "\n";
  return text;
}

std::string found_in_tree(Violations (*check)(const SourceFile&)) {
  std::string text;
  for (const SourceFile& file : tree()) text += joined(check(file));
  return text;
}

TEST(Tidy, ReadsTheWholeTree) {
  for (const char* path : {"CMakeLists.txt", "src/base/result.hpp", "bpf/histogram.bpf.h",
                           "tests/tidy/tidy_test.cpp", "configs/bpfpush.yaml"}) {
    SCOPED_TRACE(path);
    EXPECT_TRUE(std::any_of(tree().begin(), tree().end(),
                            [&](const SourceFile& file) { return file.path == path; }));
  }
}

TEST(Tidy, ModulesIncludeWhatTheTableAllows) {
  EXPECT_EQ(found_in_tree(check_module_includes), "");
}

TEST(Tidy, LibrariesStayWhereTheyAreWrapped) {
  EXPECT_EQ(found_in_tree(check_library_includes), "");
}

TEST(Tidy, HeadersOfBoostAreNarrow) {
  EXPECT_EQ(found_in_tree(check_umbrella_includes), "");
}

TEST(Tidy, NoBannedWordIsUsed) {
  EXPECT_EQ(found_in_tree(check_banned_words), "");
}

TEST(Tidy, NothingIsLeftToDo) {
  EXPECT_EQ(found_in_tree(check_reminders), "");
}

TEST(Tidy, EveryCoAwaitStandsAlone) {
  EXPECT_EQ(found_in_tree(check_coroutines), "");
}

TEST(Tidy, FunctionsFitAScreen) {
  EXPECT_EQ(found_in_tree(check_function_length), "");
}

TEST(Tidy, FilesAreShort) {
  EXPECT_EQ(found_in_tree(check_file_length), "");
}

TEST(Tidy, LinesAreShort) {
  EXPECT_EQ(found_in_tree(check_line_length), "");
}

TEST(Tidy, HeadersAreIncludedOnce) {
  EXPECT_EQ(found_in_tree(check_pragma_once), "");
}

TEST(Tidy, EveryFileIsBuilt) {
  EXPECT_EQ(joined(check_files_are_built(tree())), "");
}

TEST(Tidy, TheTopLevelStaysSmall) {
  EXPECT_EQ(joined(check_top_level(tree())), "");
}

}  // namespace
}  // namespace bpfpush::tidy
