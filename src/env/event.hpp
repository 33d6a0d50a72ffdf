#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace bpfpush {

// Something that happens once: any number of coroutines wait for it, and a wait after it returns at
// once. For one thread, as everything here. It must outlive its waiters.
class Event {
 public:
  explicit Event(const boost::asio::any_io_executor& executor);

  void set();
  bool is_set() const { return set_; }
  boost::asio::awaitable<void> wait();

 private:
  boost::asio::steady_timer
      never_;  // expires at the end of time; set() cancels it to wake the waiters
  bool set_ = false;
};

}  // namespace bpfpush
