#include "os/relay/poller.h"

#include <sys/epoll.h>

#include <array>

namespace homeward::os {

namespace {

// In one round, so that what waits in the loop beside sockets has its turn.
constexpr int kMostEvents = 512;

epoll_event event_of(Polled& polled, Poller::Interest interest) {
  epoll_event out{};
  out.events = (interest.reading ? uint32_t{EPOLLIN} : 0) | (interest.writing ? uint32_t{EPOLLOUT} : 0);
  out.data.ptr = &polled;
  return out;
}

}  // namespace

Poller::Poller(boost::asio::io_context& io, std::function<void()> after_each)
    : epoll_(io), after_each_(std::move(after_each)) {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  boost::system::error_code ignored;
  if (made >= 0) epoll_.assign(made, ignored);
}

void Poller::start() { wait(); }

void Poller::stop() {
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

bool Poller::add(int socket, Polled& polled, Interest interest) {
  epoll_event event = event_of(polled, interest);
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::change(int socket, Polled& polled, Interest interest) {
  epoll_event event = event_of(polled, interest);
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket, &event);
}

void Poller::remove(int socket) { ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket, nullptr); }

void Poller::wait() {
  epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (error) return;
                      harvest();
                      if (epoll_.is_open()) wait();
                    });
}

void Poller::harvest() {
  std::array<epoll_event, kMostEvents> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), kMostEvents, 0);
  for (int i = 0; i < count; ++i) {
    const uint32_t what = events[static_cast<size_t>(i)].events;
    const bool has_ended = (what & (EPOLLHUP | EPOLLERR)) != 0;
    static_cast<Polled*>(events[static_cast<size_t>(i)].data.ptr)
        ->ready(has_ended || (what & EPOLLIN) != 0, (what & EPOLLOUT) != 0);
  }
  after_each_();
}

}  // namespace homeward::os
