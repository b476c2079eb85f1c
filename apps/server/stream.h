// A connection's bytes in both directions, for any transport. Connections know no socket: TLS can be a second
// implementation.
//
// Belongs to the server's loop. The caller keeps the stream alive until `done` is called.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"

namespace tally {

class Stream {
 public:
  using Error = boost::system::error_code;
  using ReadDone = absl::AnyInvocable<void(Error error, size_t bytes)>;
  using WriteDone = absl::AnyInvocable<void(Error error)>;

  virtual ~Stream() = default;

  // Waits for bytes, and calls `done` later. The end of the client's bytes is an error. Only one read at a time. `room`
  // must stay valid until `done` is called.
  virtual void ReadSome(boost::asio::mutable_buffer room, ReadDone done) = 0;
  // Makes the waiting read fail.
  virtual void CancelRead() = 0;

  // Writes all of `bytes`. Returns true if they are written when it returns. Otherwise it calls `done` later, also
  // after an error; until then `bytes` must stay valid and no other write may begin.
  virtual bool Write(std::string_view bytes, WriteDone done) = 0;
  // Tells the client that nothing more will be written. Bytes that it still sends can be read.
  virtual void EndWriting() = 0;

  // Closes the connection: waiting reads and writes fail. A second call does nothing.
  virtual void Close() = 0;
  virtual bool is_open() const = 0;

  // Returns whether the client has reset the connection, without a read. A client that closed its socket looks like one
  // that only ended sending, so it does not count.
  virtual bool HasPeerGone() = 0;

  // The client's address as HOST:PORT.
  virtual std::string peer() const = 0;

  virtual boost::asio::any_io_executor executor() = 0;
};

// Discards the bytes that the client still sends, until they end or the stream is closed; then calls `done`. If a
// connection is closed before that, the kernel resets it, and the client may lose the last reply. `done` keeps the
// stream and `room` alive.
void DiscardUntilEnd(Stream& stream, boost::asio::mutable_buffer room, absl::AnyInvocable<void()> done);

}  // namespace tally
