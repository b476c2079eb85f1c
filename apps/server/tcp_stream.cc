#include "apps/server/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "apps/config/endpoint.h"

namespace tally {

namespace asio = boost::asio;

namespace {

// If the system has no such option, the kernel's own limit applies.
void LimitUnsentBytes(int socket, int bytes) {
#ifdef TCP_NOTSENT_LOWAT
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
#endif
}

}  // namespace

TcpStream::TcpStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  Error error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error) {
    socket_.close(error);
  } else {
    LimitUnsentBytes(socket_.native_handle(), kUnsentBytesMax);
  }
}

void TcpStream::ReadSome(asio::mutable_buffer room, ReadDone done) { socket_.async_read_some(room, std::move(done)); }

void TcpStream::CancelRead() {
  Error ignored;
  socket_.cancel(ignored);
}

bool TcpStream::Write(std::string_view bytes, WriteDone done) {
  while (!bytes.empty()) {
    Error error;
    bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
    if (!error) continue;
    if (error == asio::error::would_block) {
      asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                        [done = std::move(done)](Error failed, size_t) mutable { done(failed); });
    } else {
      asio::post(socket_.get_executor(), [done = std::move(done), error]() mutable { done(error); });
    }
    return false;
  }
  return true;
}

void TcpStream::EndWriting() {
  Error ignored;  // the next read fails too
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TcpStream::Close() {
  Error ignored;
  socket_.close(ignored);
}

std::string TcpStream::peer() const {
  Error error;
  const asio::ip::tcp::endpoint end = socket_.remote_endpoint(error);
  return error ? "" : FormatEndpoint({end.address().to_string(), end.port()});
}

bool TcpStream::HasPeerGone() {
  pollfd socket{.fd = socket_.native_handle(), .events = 0, .revents = 0};
  return ::poll(&socket, 1, 0) == 1 && (socket.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace tally
