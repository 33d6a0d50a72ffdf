#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

namespace bpfpush {

// Who waits for a transfer of a CurlLoop.
class CurlTransfer {
 public:
  // The transfer ended with this CURLcode and its handle is free again. Called from the loop, never
  // inside start(), and never inside libcurl.
  virtual void finished(int code) = 0;

 protected:
  ~CurlTransfer() = default;
};

// libcurl's transfers on an Asio loop: sockets and the one timer that libcurl wants are waited for
// by Asio, so nothing blocks and no thread is needed. There is one for the process; the transports
// share its connections and DNS answers. It outlives every transport. Easy handles are CURL*, which
// is void* for who includes libcurl's header.
class CurlLoop {
 public:
  explicit CurlLoop(const boost::asio::any_io_executor& executor);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  boost::asio::any_io_executor executor() const;

  // Starts the transfer that `easy` describes. The loop sets the handle's private pointer for
  // itself. Both arguments, and all that the handle points at, live until finished() or stop().
  void start(void* easy, CurlTransfer& transfer);

  // Abandons a transfer that has not finished: finished() is not called any more.
  void stop(void* easy);

 private:
  class Multi;

  std::unique_ptr<Multi> multi_;
};

}  // namespace bpfpush
