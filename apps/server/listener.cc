#include "apps/server/listener.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
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
  tcp::resolver resolver(loop_);
  const auto found = resolver.resolve(endpoint.host, Cat(endpoint.port), tcp::resolver::passive, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (error) return BindError(endpoint, error);
  std::vector<tcp::endpoint> addresses;
  for (const auto& entry : found) {
    if (std::find(addresses.begin(), addresses.end(), entry.endpoint()) == addresses.end()) {
      addresses.push_back(entry.endpoint());
    }
  }
  for (int i = 0; i < kFreePortTries; ++i) {
    error = BindAll(addresses);
    if (error != asio::error::address_in_use || endpoint.port != 0) break;
  }
  return error ? BindError(endpoint, error) : absl::OkStatus();
}

// An address family that the machine does not have is left out, if there is another one.
SocketError Listener::BindAll(std::vector<tcp::endpoint> addresses) {
  acceptors_.clear();
  SocketError unsupported;
  for (tcp::endpoint& address : addresses) {
    SocketError error;
    if (!acceptors_.empty()) address.port(port_);
    tcp::acceptor& acceptor = acceptors_.emplace_back(loop_).socket;
    acceptor.open(address.protocol(), error);
    if (!error && address.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(addresses.size() > 1), error);
    // Otherwise a restart must wait until the kernel forgets the connections of the last process.
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(address, error);
    if (error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL) {
      acceptors_.pop_back();
      unsupported = error;
      continue;
    }
    if (!error) acceptor.listen(kBacklog, error);
    if (!error) port_ = acceptor.local_endpoint(error).port();
    if (error) return error;
  }
  return acceptors_.empty() ? unsupported : SocketError();
}

void Listener::Start() {
  for (Acceptor& acceptor : acceptors_) Accept(acceptor);
}

void Listener::Close() {
  SocketError ignored;
  for (Acceptor& acceptor : acceptors_) {
    acceptor.socket.close(ignored);
    acceptor.retry.cancel();
  }
}

void Listener::Accept(Acceptor& acceptor) {
  acceptor.socket.async_accept(
      [this, &acceptor](SocketError error, tcp::socket socket) { OnAccept(acceptor, error, std::move(socket)); });
}

void Listener::OnAccept(Acceptor& acceptor, SocketError error, tcp::socket socket) {
  if (!acceptor.socket.is_open()) return;
  if (!error) {
    acceptor.failing = false;
    Begin(std::move(socket));
    return Accept(acceptor);
  }
  if (!acceptor.failing) spdlog::error("cannot accept connections: {}; trying again", error.message());
  acceptor.failing = true;
  acceptor.retry.expires_after(kRetryTime);
  acceptor.retry.async_wait([this, &acceptor](SocketError) {
    if (acceptor.socket.is_open()) Accept(acceptor);
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
