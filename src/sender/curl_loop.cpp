#include "sender/curl_loop.hpp"

#include <curl/curl.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

// One way in which libcurl may want to wait for a socket.
struct Direction {
  asio::posix::descriptor_base::wait_type wait;
  int poll;    // the bit in what libcurl asks for
  int select;  // the bit in what it is told
};

constexpr std::array<Direction, 2> kDirections = {{
    {asio::posix::descriptor_base::wait_read, CURL_POLL_IN, CURL_CSELECT_IN},
    {asio::posix::descriptor_base::wait_write, CURL_POLL_OUT, CURL_CSELECT_OUT},
}};

// A socket of libcurl's that Asio waits for. Asio only borrows it: release() gives it back
// unclosed.
struct Watch {
  Watch(const asio::any_io_executor& executor, curl_socket_t socket)
      : socket(socket), descriptor(executor) {}

  void remove() {
    removed = true;
    if (descriptor.is_open()) descriptor.release();
  }

  curl_socket_t socket;
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;                 // CURL_POLL_IN and CURL_POLL_OUT bits
  std::array<bool, 2> waiting{};  // by direction: a wait is under way
  bool removed = false;           // libcurl wants no more of it; handlers may still be on their way
};

}  // namespace

class CurlLoop::Multi {
 public:
  explicit Multi(const asio::any_io_executor& executor);
  ~Multi();

  asio::any_io_executor executor() { return timer_.get_executor(); }
  CURLM* get() { return multi_; }

 private:
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);

  void watch(curl_socket_t socket, int wanted);
  void remove(curl_socket_t socket);
  void wait(const std::shared_ptr<Watch>& watch);
  void ready(const std::shared_ptr<Watch>& watch, std::size_t direction, bool failed);
  void act(curl_socket_t socket, int events);

  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // Asio's handlers may outlive us
  asio::steady_timer timer_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  CURLM* multi_;
};

CurlLoop::Multi::Multi(const asio::any_io_executor& executor) : timer_(executor) {
  CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  multi_ = curl_multi_init();
  CHECK(multi_ != nullptr);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlLoop::Multi::~Multi() {
  // Closing its connections libcurl may still call back, so this goes first, while everything is
  // there.
  curl_multi_cleanup(multi_);
  for (const auto& [socket, watch] : watches_) watch->remove();
  curl_global_cleanup();
}

// libcurl calls this from inside its own functions, where calling it back is forbidden: only take
// note here, and wait.
int CurlLoop::Multi::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& multi = *static_cast<Multi*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.remove(socket);
    return 0;
  }
  multi.watch(socket, what & CURL_POLL_INOUT);
  return 0;
}

int CurlLoop::Multi::on_timer(CURLM*, long milliseconds, void* self) {
  auto& multi = *static_cast<Multi*>(self);
  if (milliseconds < 0) {
    multi.timer_.cancel();
    return 0;
  }
  multi.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  multi.timer_.async_wait(
      [&multi, alive = std::weak_ptr(multi.alive_)](boost::system::error_code error) {
        if (!error && !alive.expired()) multi.act(CURL_SOCKET_TIMEOUT, 0);
      });
  return 0;
}

void CurlLoop::Multi::watch(curl_socket_t socket, int wanted) {
  std::shared_ptr<Watch>& watch = watches_[socket];
  if (!watch) {
    watch = std::make_shared<Watch>(executor(), socket);
    boost::system::error_code
        ignored;  // a descriptor that could not be assigned fails each wait, which is handled
    watch->descriptor.assign(socket, ignored);
  }
  watch->wanted = wanted;
  wait(watch);
}

void CurlLoop::Multi::remove(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;  // libcurl may remove what it never asked us to watch
  found->second->remove();
  watches_.erase(found);
}

void CurlLoop::Multi::wait(const std::shared_ptr<Watch>& watch) {
  for (std::size_t i = 0; i < kDirections.size(); ++i) {
    if (watch->waiting[i] || (watch->wanted & kDirections[i].poll) == 0) continue;
    watch->waiting[i] = true;
    auto handler = [this, alive = std::weak_ptr(alive_), watch,
                    i](boost::system::error_code error) {
      watch->waiting[i] = false;
      if (!alive.expired()) ready(watch, i, error.failed());
    };
    watch->descriptor.async_wait(kDirections[i].wait, std::move(handler));
  }
}

void CurlLoop::Multi::ready(const std::shared_ptr<Watch>& watch, std::size_t direction,
                            bool failed) {
  // Between the event and now libcurl may have lost interest, and the socket's number may mean
  // another by now.
  if (watch->removed || (watch->wanted & kDirections[direction].poll) == 0) return;
  act(watch->socket, failed ? CURL_CSELECT_ERR : kDirections[direction].select);
  // What cannot be waited for would fail again at once, for ever. libcurl's timeout ends such a
  // transfer.
  if (!failed && !watch->removed) wait(watch);
}

void CurlLoop::Multi::act(curl_socket_t socket, int events) {
  int running = 0;
  CHECK(curl_multi_socket_action(multi_, socket, events, &running) == CURLM_OK);
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;  // removing the handle ends the message's life
    const CURLcode code = message->data.result;
    CurlTransfer* transfer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi_, easy);
    transfer->finished(code);
  }
}

CurlLoop::CurlLoop(const asio::any_io_executor& executor)
    : multi_(std::make_unique<Multi>(executor)) {}

CurlLoop::~CurlLoop() = default;

asio::any_io_executor CurlLoop::executor() const {
  return multi_->executor();
}

void CurlLoop::start(void* easy, CurlTransfer& transfer) {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  CHECK(curl_multi_add_handle(multi_->get(), easy) == CURLM_OK);
}

void CurlLoop::stop(void* easy) {
  CHECK(curl_multi_remove_handle(multi_->get(), easy) == CURLM_OK);
}

}  // namespace bpfpush
