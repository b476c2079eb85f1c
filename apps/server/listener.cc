#include "apps/server/listener.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "apps/server/tcp_stream.h"
#include "core/base/strings.h"

namespace tally {

namespace asio = boost::asio;
using asio::ip::tcp;
using SocketError = boost::system::error_code;

namespace {

absl::Status BindError(const Endpoint& endpoint, SocketError error) {
  return absl::UnavailableError(Cat("cannot listen on ", FormatEndpoint(endpoint), ": ", error.message()));
}

}  // namespace

absl::Status Listener::Bind(const Endpoint& endpoint) {
  SocketError error;
  tcp::resolver resolver(acceptor_.get_executor());
  auto found = resolver.resolve(endpoint.host, Cat(endpoint.port), tcp::resolver::passive, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (error) return BindError(endpoint, error);
  tcp::endpoint address = *found.begin();
  acceptor_.open(address.protocol(), error);
  // Otherwise a restart must wait until the kernel forgets the connections of the last process.
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(address, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  return error ? BindError(endpoint, error) : absl::OkStatus();
}

void Listener::Close() {
  SocketError ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

void Listener::Accept() {
  acceptor_.async_accept([this](SocketError error, tcp::socket socket) { OnAccept(error, std::move(socket)); });
}

void Listener::OnAccept(SocketError error, tcp::socket socket) {
  if (!acceptor_.is_open()) return;
  if (!error) {
    failing_ = false;
    Begin(std::move(socket));
    return Accept();
  }
  if (!failing_) spdlog::error("cannot accept connections: {}; trying again", error.message());
  failing_ = true;
  retry_.expires_after(kRetryTime);
  retry_.async_wait([this](SocketError) {
    if (acceptor_.is_open()) Accept();
  });
}

void Listener::Begin(tcp::socket socket) {
  Peers::Admission admission = peers_.NextAdmission(which_);
  if (admission == Peers::Admission::kNone) return;
  auto peer = new_peer_(std::make_unique<TcpStream>(std::move(socket)), admission == Peers::Admission::kOver);
  peers_.Add(peer, which_, admission);
  peer->Start();
}

}  // namespace tally
