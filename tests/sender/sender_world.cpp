#include "sender_world.hpp"

#include <snappy.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "base/check.hpp"
#include "remote_write_1.pb.h"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kSeriesMax = 8;

Snapshot one_series_snapshot(const std::shared_ptr<const Family>& family) {
  Snapshot snapshot;
  snapshot.families.push_back({.family = family, .series = {}, .values = {}});
  return snapshot;
}

std::shared_ptr<const Family> make_family() {
  auto family = std::make_shared<Family>();
  family->name = "operations";
  family->help = "What this test counts.";
  family->label_names = {"index"};
  return family;
}

// Room for about this many snapshots of one series.
std::size_t spool_bytes(std::size_t snapshots) {
  Snapshot snapshot = one_series_snapshot(make_family());
  snapshot.families[0].append(std::make_shared<const Series>());
  return snapshots * memory_bytes(snapshot);
}

prometheus::WriteRequest decode(const std::string& body) {
  std::string message;
  prometheus::WriteRequest request;
  CHECK(snappy::Uncompress(body.data(), body.size(), &message) && request.ParseFromString(message));
  return request;
}

}  // namespace

HttpResponse response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse response_with_retry_after(int status, std::chrono::seconds retry_after) {
  HttpResponse answer = response(status);
  answer.retry_after = retry_after;
  return answer;
}

Error no_answer() {
  return Error(asio::error::connection_refused, "http://host/");
}

SenderWorld::SenderWorld(Options options)
    : spool(io.get_executor(), spool_bytes(options.snapshots_max)),
      encoder({.samples_max = options.samples_max}),
      sender(std::move(options.sender),
             {spool, encoder, transport, clock, random, stopping, options.storage}),
      samples_max_(options.samples_max),
      family_(make_family()) {
  for (std::size_t i = 0; i < kSeriesMax; ++i) {
    auto series = std::make_shared<Series>();
    series->label_values = {std::to_string(i)};
    series_.push_back(std::move(series));
  }
}

std::shared_ptr<const Snapshot> SenderWorld::append(std::size_t series) {
  auto snapshot = std::make_shared<Snapshot>(one_series_snapshot(family_));
  snapshot->instant = {clock.now().time_since_epoch(), clock.wall_now(), clock.boot_id(),
                       clock.is_synchronized()};
  for (std::size_t i = 0; i < series; ++i) {
    snapshot->families[0].append(series_.at(i))[0] = next_value_++;
  }
  auto rethrow = [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  };
  asio::co_spawn(io, spool.append(snapshot), rethrow);
  return snapshot;
}

void SenderWorld::append_empty() {
  append(0);
}

void SenderWorld::start() {
  auto ended = [this](const std::exception_ptr& error) {
    end_ = error ? End::kThrew : End::kReturned;
  };
  asio::co_spawn(io, sender.run(), asio::bind_cancellation_slot(cancel_.slot(), ended));
}

void SenderWorld::stop() {
  spool.close();
  stopping.set();
}

bool SenderWorld::step() {
  io.restart();
  return io.poll_one() > 0 || clock.advance_to_next();
}

std::string SenderWorld::body(const Snapshot& snapshot, std::size_t begin,
                              bool with_metadata) const {
  Encoder fresh({.samples_max = samples_max_});
  const EncodedRequest request =
      fresh.encode(snapshot, {.begin = begin, .with_metadata = with_metadata});
  return {reinterpret_cast<const char*>(request.body.data()), request.body.size()};
}

std::string SenderWorld::body_v2(const Snapshot& snapshot, std::size_t begin) const {
  Encoder fresh({.samples_max = samples_max_});
  const EncodedRequest request =
      fresh.encode(snapshot, {.begin = begin, .version = ProtocolVersion::k2});
  return {reinterpret_cast<const char*>(request.body.data()), request.body.size()};
}

std::vector<std::string> SenderWorld::posted_bodies() const {
  std::vector<std::string> bodies;
  bodies.reserve(transport.posted.size());
  for (const Posted& posted : transport.posted) bodies.push_back(posted.body);
  return bodies;
}

std::vector<WallTime> SenderWorld::posted_timestamps() const {
  std::vector<WallTime> timestamps;
  for (const Posted& posted : transport.posted) {
    const prometheus::WriteRequest request = decode(posted.body);
    if (request.timeseries().empty()) continue;
    timestamps.emplace_back(
        std::chrono::milliseconds(request.timeseries(0).samples(0).timestamp()));
  }
  return timestamps;
}

bool SenderWorld::holds_series(const std::string& body, int index) {
  const prometheus::WriteRequest request = decode(body);
  for (const auto& series : request.timeseries()) {
    for (const auto& label : series.labels()) {
      if (label.name() == "index" && label.value() == std::to_string(index)) return true;
    }
  }
  return false;
}

}  // namespace bpfpush
