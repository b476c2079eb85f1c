// A port that accepts connections.
//
// Belongs to the server's loop and outlives it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "apps/config/endpoint.h"
#include "apps/server/peer.h"
#include "apps/server/stream.h"

namespace tally {

class Listener {
 public:
  // The wait after accept() fails. Without free descriptors, it fails at once every time.
  static constexpr std::chrono::milliseconds kRetryTime{100};
  static constexpr int kBacklog = 511;  // like Redis; the kernel may allow fewer

  // Makes the peer of a connection. `over`: there are too many clients.
  using NewPeer = std::function<std::shared_ptr<Peer>(std::unique_ptr<Stream> stream, bool over)>;

  Listener(boost::asio::io_context& loop, Peers& peers, Peers::Port which, NewPeer new_peer)
      : peers_(peers), which_(which), new_peer_(std::move(new_peer)), acceptor_(loop), retry_(loop) {}

  // Binds the address; an error names it. Connections wait in the kernel until Start().
  absl::Status Bind(const Endpoint& endpoint);
  uint16_t port() const { return port_; }

  void Start() { Accept(); }
  void Close();

 private:
  void Accept();
  void OnAccept(boost::system::error_code error, boost::asio::ip::tcp::socket socket);
  void Begin(boost::asio::ip::tcp::socket socket);

  Peers& peers_;
  const Peers::Port which_;
  const NewPeer new_peer_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  uint16_t port_ = 0;
  bool failing_ = false;  // accept() failed, and this is logged
};

}  // namespace tally
