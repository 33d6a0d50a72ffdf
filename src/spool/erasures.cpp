#include "spool/erasures.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "spool/galois.hpp"

namespace bpfpush {
namespace {

// Beyond so many bytes that may be wrong, pairs of them are not tried.
constexpr std::size_t kPairedMax = 32;

using Row = std::vector<std::uint8_t>;  // coefficients, and the difference

void scale(Row& row, std::uint8_t factor) {
  for (std::uint8_t& value : row) value = galois::multiply(value, factor);
}

void add_multiple(Row& row, const Row& other, std::uint8_t factor) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] ^= galois::multiply(other[i], factor);
}

// Gauss and Jordan's reduced form; returns the column of each row's pivot.
std::vector<std::size_t> reduce(std::vector<Row>& rows, std::size_t columns) {
  std::vector<std::size_t> pivots;
  for (std::size_t column = 0; column < columns && pivots.size() < rows.size(); ++column) {
    const auto top = rows.begin() + static_cast<std::ptrdiff_t>(pivots.size());
    const auto pivot = std::find_if(top, rows.end(), [&](const Row& row) { return row[column]; });
    if (pivot == rows.end()) continue;
    std::iter_swap(top, pivot);
    scale(*top, galois::inverse((*top)[column]));
    for (auto row = rows.begin(); row != rows.end(); ++row) {
      if (row != top && (*row)[column] != 0) add_multiple(*row, *top, (*row)[column]);
    }
    pivots.push_back(column);
  }
  return pivots;
}

// Taken that only those at `indices` are wrong: the errors that follow. Nothing if the equations
// say that there are others.
std::optional<std::vector<ColumnError>> solve(const std::vector<ColumnEquation>& equations,
                                              const std::vector<std::size_t>& indices) {
  std::vector<Row> rows;
  for (const ColumnEquation& equation : equations) {
    Row& row = rows.emplace_back();
    for (const std::size_t index : indices) row.push_back(equation.coefficients[index]);
    row.push_back(equation.difference);
  }
  const std::vector<std::size_t> pivots = reduce(rows, indices.size());
  for (std::size_t i = pivots.size(); i < rows.size(); ++i) {
    if (rows[i].back() != 0) return std::nullopt;
  }
  std::vector<ColumnError> errors;
  for (std::size_t i = 0; i < pivots.size(); ++i) {
    const auto free = std::count_if(rows[i].begin(), rows[i].end() - 1,
                                    [](std::uint8_t value) { return value != 0; });
    if (free == 1) errors.push_back({indices[pivots[i]], rows[i].back()});
  }
  return errors;
}

std::size_t covering(const std::vector<ColumnEquation>& equations,
                     const std::vector<std::size_t>& indices) {
  return static_cast<std::size_t>(
      std::count_if(equations.begin(), equations.end(), [&](const ColumnEquation& equation) {
        return std::all_of(indices.begin(), indices.end(),
                           [&](std::size_t index) { return equation.coefficients[index] != 0; });
      }));
}

}  // namespace

std::vector<ColumnError> find_errors(const std::vector<ColumnEquation>& equations, bool may_guess) {
  if (equations.empty()) return {};
  const std::size_t count = equations.front().coefficients.size();
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto certain = solve(equations, all);
  if (!certain) return {};
  if (certain->size() == count || !may_guess) return *certain;
  std::vector<std::vector<std::size_t>> guesses;
  for (std::size_t i = 0; i < count; ++i) guesses.push_back({i});
  for (std::size_t i = 0; i < count && count <= kPairedMax; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) guesses.push_back({i, j});
  }
  std::vector<ColumnError> found;
  for (const auto& guess : guesses) {
    if (found.size() == 1 && guess.size() == 2) break;  // one error explains it
    // As many equations as errors fit whatever the errors are: one more is to agree.
    if (covering(equations, guess) <= guess.size()) continue;
    auto errors = solve(equations, guess);
    if (!errors || errors->size() < guess.size()) continue;
    if (!found.empty()) return *certain;  // either of them may be
    found = std::move(*errors);
  }
  return found.empty() ? *certain : found;
}

}  // namespace bpfpush
