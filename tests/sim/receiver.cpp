#include "sim/receiver.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bpfpush::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kAheadMax{5};  // what is promised
constexpr hours kOldMax{1};      // of a head of two hours, the half

std::string text_of(WallTime time) {
  return std::to_string(time.time_since_epoch().count());
}

HttpResponse response(int status, std::string body = "") {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::uint64_t count_of(const Row& row) {
  return std::accumulate(row.begin() + 1, row.end(), std::uint64_t{0});
}

}  // namespace

HttpResponse Receiver::take(std::span<const std::byte> body, WallTime date, bool late) {
  const Request request = decode_request(body);
  HttpResponse answer = response(204);
  if (!request.fault.empty()) fail_("a request is wrong: " + request.fault);
  if (request.samples > traits_.samples_max) {
    refused_new_ |= request.histograms.size() <= 1 && request.samples <= 10;
    answer = response(413, "too large");
  } else if (request.timestamp) {
    check(request, date, late);
    const bool is_taken = this->is_taken(request, late);
    const std::string refusal = is_taken ? "duplicate sample" : this->refusal(request, date);
    if (refusal.empty()) {
      store(request, late);
    } else {
      refused_new_ |= !is_repeat(request);
      answer = response(400, refusal);
    }
  }
  if (traits_.tells_date) answer.date = std::chrono::floor<std::chrono::seconds>(date);
  return answer;
}

void Receiver::check(const Request& request, WallTime date, bool late) {
  const WallTime timestamp = *request.timestamp;
  if (traits_.tells_date && timestamp > date + kAheadMax) {
    fail_("timestamp " + text_of(timestamp) + " is ahead of the receiver's date " + text_of(date));
  }
  if (late) return;
  for (const auto& [name, row] : request.histograms) {
    const auto found = series_.find(name);
    if (found == series_.end() || !found->second.last || timestamp > *found->second.last) continue;
    if (is_repeat(name, timestamp)) continue;
    if (may_precede(found->second.life, request)) {
      disordered_ |= !traits_.ordered;
      continue;
    }
    fail_(name + ": timestamp " + text_of(timestamp) + " after " + text_of(*found->second.last));
  }
}

// Why Prometheus would refuse it.
std::string Receiver::refusal(const Request& request, WallTime date) const {
  const WallTime timestamp = *request.timestamp;
  if (timestamp > date + minutes(10)) return "too far in the future";
  if (!traits_.ordered) return "";
  const WallTime head = std::max(newest_.value_or(timestamp), traits_.busy ? date : timestamp);
  if (timestamp < head - kOldMax) return "out of bounds";
  for (const auto& [name, row] : request.histograms) {
    const auto found = series_.find(name);
    if (found != series_.end() && timestamp < found->second.last) return "out of order sample";
  }
  return "";
}

bool Receiver::is_repeat(const std::string& series, WallTime timestamp) const {
  const auto found = series_.find(series);
  return found != series_.end() && found->second.samples.contains(timestamp);
}

bool Receiver::is_repeat(const Request& request) const {
  return std::all_of(request.histograms.begin(), request.histograms.end(),
                     [&](const auto& item) { return is_repeat(item.first, *request.timestamp); });
}

// After a crash, what had come may come again, and with another date if that of the host was wrong.
// And an agent that starts does not know what was sent last: if that had a wrong date, the next may
// be before it.
bool Receiver::may_precede(int life, const Request& request) const {
  if (life == life_) return false;
  const auto number = numbers_.find(*request.timestamp);
  const bool came = number == numbers_.end() || dates_.contains(number->second);
  return came || traits_.host_may_be_wrong;
}

// Whether its timestamp is that of another collection.
bool Receiver::is_taken(const Request& request, bool late) {
  if (!request.collection) return false;
  const WallTime date = dates_.try_emplace(*request.collection, *request.timestamp).first->second;
  if (date != *request.timestamp) {
    disordered_ = true;
    if (!late && (!traits_.host_may_be_wrong || life_ == lives_[date])) {
      fail_("collection " + std::to_string(*request.collection) + " came with " + text_of(date) +
            " and with " + text_of(*request.timestamp));
    }
  }
  const auto [known, is_new] = numbers_.try_emplace(*request.timestamp, *request.collection);
  const int life = lives_.try_emplace(*request.timestamp, late ? 0 : life_).first->second;
  if (known->second == *request.collection) return false;
  if (!late && (life == life_ || !traits_.host_may_be_wrong)) {
    fail_("collections " + std::to_string(known->second) + " and " +
          std::to_string(*request.collection) + " have the same timestamp");
  }
  disordered_ = true;
  return true;
}

void Receiver::store(const Request& request, bool late) {
  const WallTime timestamp = *request.timestamp;
  newest_ = std::max(newest_.value_or(timestamp), timestamp);
  if (request.collection) collections_.insert(*request.collection);
  for (const auto& [name, row] : request.histograms) {
    Series& series = series_[name];
    series.samples.insert(timestamp);
    if (timestamp < series.last.value_or(timestamp)) continue;
    series.last = timestamp;
    series.life = late ? 0 : life_;
  }
  parts_[timestamp].push_back(request);
  const auto number = numbers_.find(timestamp);
  if (number == numbers_.end()) return;
  for (const Request& part : parts_[timestamp]) {
    for (const auto& [name, row] : part.histograms) compare(name, row, number->second);
  }
  parts_.erase(timestamp);
}

void Receiver::compare(const std::string& series, const std::optional<Row>& row,
                       std::uint64_t collection) {
  if (disordered_) return;
  const Truth::Change* const truth = truth_.at(series, collection);
  if (!row && truth == nullptr) return;
  if (row && truth != nullptr && truth->row == row) return;
  const auto text = [](const Row* counts) {
    return counts == nullptr ? "nothing" : std::to_string(count_of(*counts));
  };
  fail_(series + " of collection " + std::to_string(collection) + " came as " +
        text(row ? &*row : nullptr) + ", and was " +
        text(truth != nullptr ? &*truth->row : nullptr));
}

void Receiver::forget() {
  series_.clear();
  newest_.reset();
  collections_.clear();
  forgot_ = true;
}

std::set<std::uint64_t> Receiver::collections_of(const std::string& series) const {
  std::set<std::uint64_t> all;
  const auto found = series_.find(series);
  if (found == series_.end()) return all;
  for (const WallTime sample : found->second.samples) {
    const auto number = numbers_.find(sample);
    if (number != numbers_.end()) all.insert(number->second);
  }
  return all;
}

Receiver::Sum Receiver::sum(const std::string& series) const {
  Sum sum;
  const auto found = series_.find(series);
  if (found == series_.end()) return sum;
  const Truth::Change* last = nullptr;
  for (const WallTime sample : found->second.samples) {
    const auto number = numbers_.find(sample);
    if (number == numbers_.end()) continue;
    const Truth::Change* const now = truth_.at(series, number->second);
    if (now == nullptr) continue;  // it ended
    const std::uint64_t count = count_of(*now->row);
    const std::uint64_t before =
        last != nullptr && last->epoch == now->epoch ? count_of(*last->row) : 0;
    if (count < before) fail_(series + " goes down at " + text_of(sample));
    sum.increase += count - before;
    sum.last = count;
    last = now;
  }
  return sum;
}

}  // namespace bpfpush::sim
