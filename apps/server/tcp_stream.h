// A stream of plain TCP.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "apps/server/stream.h"

namespace tally {

class TcpStream : public Stream {
 public:
  // The kernel's limit of bytes that it takes beyond what the client has room for. Its default is megabytes for each
  // client that does not read, and before they are full such a client would not be noticed.
  static constexpr int kUnsentBytesMax = 128 * 1024;

  // Closes the socket if its options cannot be set: its client is gone.
  explicit TcpStream(boost::asio::ip::tcp::socket socket);

  void ReadSome(boost::asio::mutable_buffer room, ReadDone done) override;
  void CancelRead() override;
  bool Write(std::string_view bytes, WriteDone done) override;
  void EndWriting() override;
  void Close() override;
  bool is_open() const override { return socket_.is_open(); }
  bool HasPeerGone() override;
  boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace tally
