#include "spool/spool_deck.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "base/check.hpp"

namespace bpfpush {
namespace asio = boost::asio;

Result<void> SpoolDeck::open(const std::vector<std::string>& endpoints) {
  auto spool = DiskSpool::open(io_.get_executor(), storage, clock, options_);
  if (!spool) return spool.error();
  spool_ = std::move(*spool);
  for (const std::string& endpoint : endpoints) spool_->open_cursor(endpoint);
  return {};
}

void SpoolDeck::append(std::shared_ptr<const Snapshot> snapshot) {
  bool done = false;
  asio::co_spawn(io_, spool_->append(std::move(snapshot)),
                 [&done](const std::exception_ptr& error) {
                   if (error) std::rethrow_exception(error);
                   done = true;
                 });
  io_.restart();
  io_.poll();
  CHECK(done);
  clock.run_for(io_, std::chrono::seconds(15));
}

std::shared_ptr<const Snapshot> SpoolDeck::read(CursorId cursor) {
  std::optional<bool> readable;
  asio::cancellation_signal give_up;
  auto done = [&readable](const std::exception_ptr& error, bool result) {
    if (!error) readable = result;
  };
  asio::co_spawn(io_, spool_->wait_until_readable(cursor),
                 asio::bind_cancellation_slot(give_up.slot(), done));
  io_.restart();
  io_.poll();
  if (!readable) {
    give_up.emit(asio::cancellation_type::terminal);
    io_.restart();
    io_.poll();
  }
  if (readable != true) return nullptr;
  front_ = spool_->front(cursor);
  return front_.snapshot;
}

std::vector<std::shared_ptr<const Snapshot>> SpoolDeck::drain(CursorId cursor) {
  std::vector<std::shared_ptr<const Snapshot>> all;
  while (state(cursor).pending_snapshots > 0) {
    auto snapshot = read(cursor);
    if (!snapshot) break;
    all.push_back(std::move(snapshot));
    pop(cursor);
  }
  return all;
}

std::vector<std::string> SpoolDeck::segments() const {
  std::vector<std::string> names;
  for (const StoredFile& file : storage.list().value()) {
    if (file.name.ends_with(".spool")) names.push_back(file.name);
  }
  return names;
}

void Increases::add(const Snapshot& snapshot) {
  for (const FamilySnapshot& family : snapshot.families) {
    if (family.family->type == MetricType::kGauge) continue;
    for (std::size_t i = 0; i < family.series.size(); ++i) {
      const std::string name = series_name(family, i);
      const auto row = family.row(i);
      auto& last = last_[name];
      auto& sum = sums_[name];
      last.resize(row.size());
      sum.resize(row.size());
      for (std::size_t column = 0; column < row.size(); ++column) {
        sum[column] += row[column] - (row[column] < last[column] ? 0 : last[column]);
        last[column] = row[column];
      }
    }
  }
}

}  // namespace bpfpush
