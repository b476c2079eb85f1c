// One client of the HTTP port: reads requests in sequence and writes the response of the route, until the client closes
// or is too slow.
//
// Its memory is limited: a request has a limit (HttpReader), its body is read only if the response needs it, and a
// response in pieces is held one piece at a time.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "apps/server/http_reader.h"
#include "apps/server/http_route.h"
#include "apps/server/peer.h"
#include "apps/server/stream.h"

namespace tally {

class HttpPeer : public Peer {
 public:
  // The time limit for a request to arrive, and for the client to take its response.
  static constexpr std::chrono::milliseconds kTime{30'000};
  static constexpr size_t kReadBytes = 16 * 1024;

  // Outlives the peer.
  struct Context {
    HttpContext pages;
    std::span<const HttpRoute> routes;
    Peers& peers;
  };

  // `over`: there are too many clients. The peer still answers one request, so that a probe sees that the node is
  // alive.
  HttpPeer(std::unique_ptr<Stream> stream, const Context& context, bool over);

  void Start() override;
  void Close() override;

 private:
  using Error = Stream::Error;

  void BeginRequest();
  void ReadOn();
  void OnHeader();
  void OnContinued(Error error);
  void Receive();
  void OnRead(Error error, size_t bytes);
  void Answer(HttpResponse response);
  void AppendPiece();
  void Send();
  void OnSent(Error error);
  void Linger();
  void NoteHeld();
  std::shared_ptr<HttpPeer> Self() { return std::static_pointer_cast<HttpPeer>(shared_from_this()); }

  const std::unique_ptr<Stream> stream_;
  const Context& context_;
  const bool over_;

  boost::beast::flat_buffer input_;
  HttpReader reader_;

  std::string output_;
  HttpPieces pieces_;  // the rest of the response
  bool chunked_ = false;
  bool keep_alive_ = false;
};

}  // namespace tally
