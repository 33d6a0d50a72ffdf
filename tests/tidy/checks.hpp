#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidy/source_file.hpp"

// The rules of this repository that no compiler and no linter checks. Every check returns what it
// finds, one line each: "PATH:LINE: what is wrong; what would be right".
namespace bpfpush::tidy {

using Violations = std::vector<std::string>;

inline constexpr std::size_t kFunctionLinesMax = 60;
inline constexpr std::size_t kFileLinesMax = 300;
inline constexpr std::size_t kColumnsMax = 100;

// A module includes the modules below it, and no other.
Violations check_module_includes(const SourceFile& file);

// A library of others is known to the files that wrap it, and to no other.
Violations check_library_includes(const SourceFile& file);

// Headers of all of Asio or Beast double the time a file takes to compile.
Violations check_umbrella_includes(const SourceFile& file);

// Time, chance, files and threads come from env/; some things are not used at all.
Violations check_banned_words(const SourceFile& file);

// What is left to do is an issue, not a comment.
Violations check_reminders(const SourceFile& file);

// `co_await` is a statement or what one variable is set to, without braces and lambdas: GCC 12
// destroys temporaries of such expressions twice.
Violations check_coroutines(const SourceFile& file);

Violations check_function_length(const SourceFile& file);
Violations check_file_length(const SourceFile& file);
Violations check_line_length(const SourceFile& file);
Violations check_pragma_once(const SourceFile& file);

// Every .cpp is named by the CMakeLists.txt of its folder, or of the one above.
Violations check_files_are_built(const std::vector<SourceFile>& tree);

// The top level stays as small as it is.
Violations check_top_level(const std::vector<SourceFile>& tree);

// One line of a check's answer.
std::string violation(const SourceFile& file, std::size_t line, std::string_view what);

}  // namespace bpfpush::tidy
