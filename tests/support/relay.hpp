#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace bpfpush {

// Copies until either stream ends.
template <typename From, typename To>
boost::asio::awaitable<void> copy_stream(From* from, To* to) {
  constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
  std::array<char, 16384> bytes;
  for (;;) {
    const auto space = boost::asio::buffer(bytes);
    const auto [read_error, size] = co_await from->async_read_some(space, kAsTuple);
    if (read_error) co_return;
    const auto got = boost::asio::buffer(bytes, size);
    const auto [write_error, written] = co_await boost::asio::async_write(*to, got, kAsTuple);
    if (write_error) co_return;
  }
}

// Carries bytes both ways until one side ends. The streams live until then.
template <typename A, typename B>
boost::asio::awaitable<void> relay(A* a, B* b) {
  using boost::asio::experimental::awaitable_operators::operator||;
  co_await (copy_stream(a, b) || copy_stream(b, a));
}

}  // namespace bpfpush
