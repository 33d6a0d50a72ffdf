#include "env/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bpfpush {
namespace asio = boost::asio;

Event::Event(const asio::any_io_executor& executor)
    : never_(executor, asio::steady_timer::time_point::max()) {}

void Event::set() {
  set_ = true;
  never_.cancel();
}

asio::awaitable<void> Event::wait() {
  if (set_) co_return;
  co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace bpfpush
