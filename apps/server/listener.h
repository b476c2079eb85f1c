// A port that accepts connections, on every address that the host's name stands for: `localhost` is usually 127.0.0.1
// and ::1.
//
// Belongs to the server's loop and outlives it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "apps/config/endpoint.h"
#include "apps/server/peer.h"
#include "apps/server/stream.h"

namespace tally {

class Listener {
 public:
  // The wait after accept() fails. Without free descriptors, it fails at once every time.
  static constexpr std::chrono::milliseconds kRetryTime{100};
  // A free port of one address may be taken at another one. Then the next free one is tried.
  static constexpr int kFreePortTries = 20;
  static constexpr int kBacklog = 511;  // like Redis; the kernel may allow fewer

  // Makes the peer of a connection. `over`: there are too many clients.
  using NewPeer = std::function<std::shared_ptr<Peer>(std::unique_ptr<Stream> stream, bool over)>;

  Listener(boost::asio::io_context& loop, Peers& peers, Peers::Port which, NewPeer new_peer)
      : peers_(peers), which_(which), new_peer_(std::move(new_peer)), loop_(loop) {}

  // Binds the addresses, all with the same port; an error names the endpoint. Connections wait in the kernel until
  // Start().
  absl::Status Bind(const Endpoint& endpoint);
  uint16_t port() const { return port_; }

  void Start();
  void Close();

 private:
  // One address.
  struct Acceptor {
    explicit Acceptor(boost::asio::io_context& loop) : socket(loop), retry(loop) {}

    boost::asio::ip::tcp::acceptor socket;
    boost::asio::steady_timer retry;
    bool failing = false;  // accept() failed, and this is logged
  };

  boost::system::error_code BindAll(std::vector<boost::asio::ip::tcp::endpoint> addresses);
  void Accept(Acceptor& acceptor);
  void OnAccept(Acceptor& acceptor, boost::system::error_code error, boost::asio::ip::tcp::socket socket);
  void Begin(boost::asio::ip::tcp::socket socket);

  Peers& peers_;
  const Peers::Port which_;
  const NewPeer new_peer_;
  boost::asio::io_context& loop_;
  std::list<Acceptor> acceptors_;
  uint16_t port_ = 0;
};

}  // namespace tally
