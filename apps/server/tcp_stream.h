// A stream of plain TCP.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "apps/server/stream.h"

namespace tally {

class TcpStream : public Stream {
 public:
  // The limit of bytes that the kernel holds in addition to the client's receive buffer. Its default is megabytes for
  // each client that does not read, and the server does not detect such a client before they are full.
  static constexpr int kUnsentBytesMax = 128 * 1024;

  // Closes the socket if its options cannot be set: the client is gone.
  explicit TcpStream(boost::asio::ip::tcp::socket socket);

  void ReadSome(boost::asio::mutable_buffer room, ReadDone done) override;
  void CancelRead() override;
  bool Write(std::string_view bytes, WriteDone done) override;
  void EndWriting() override;
  void Close() override;
  bool is_open() const override { return socket_.is_open(); }
  bool HasPeerGone() override;
  std::string peer() const override;
  boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace tally
