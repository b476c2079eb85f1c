// One client of the line port: reads requests, executes them, writes the replies, in that order and in turns.
//
// While output waits for the socket, the connection reads and executes nothing. So it holds at most one request and one
// read of input, and one chunk and one row of output, or in RESP all lines of an INFO: less than 1 MB. In addition it
// holds the rows of one reply, which may grow with the number of series, and which Peers limits for all connections
// together; or one request that runs in steps; and up to 1 MB of requests between MULTI and EXEC. LongRequests limits
// how many of those run. What a request holds while it runs or waits to run is in docs/memory.md.
//
// The client must take written bytes within a time limit, and a reply as a whole within a longer one. A turn is limited
// too, and other connections have their turns in between: a longer request runs in steps, after all earlier replies are
// written, and LongRequests decides when.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "apps/server/long_requests.h"
#include "apps/server/peer.h"
#include "apps/server/resp.h"
#include "apps/server/stream.h"
#include "apps/server/text_protocol.h"
#include "core/base/task.h"
#include "core/query/command.h"

namespace tally {

class Connection : public Peer {
 public:
  static constexpr size_t kReadBytes = 16 * 1024;   // one read of the socket
  static constexpr size_t kChunkBytes = 64 * 1024;  // of output, then it is given to the socket
  static constexpr size_t kKeptBytes = 128 * 1024;  // a larger buffer is freed when it is empty

  // A turn ends after this many commands, or when a check of the clock finds that it took this long. So one connection
  // delays the others by this time and one step, or by kClockCommands short commands. A check of the clock after each
  // command takes 6 % of a pipelined HGET (tools/bench --only answers).
  static constexpr size_t kTurnCommands = 256;
  static constexpr std::chrono::microseconds kTurnTime{1000};
  static constexpr size_t kClockCommands = 4;

  // After the last reply, the bytes that the client still sends are discarded for this long: if the connection closed
  // at once, the kernel would reset it, and the client might lose the reply.
  static constexpr std::chrono::milliseconds kLingerTime{1000};

  // The environment of a connection. It lives as long as the server.
  struct Context {
    Commands& commands;
    Peers& peers;
    LongRequests& long_requests;
    std::chrono::milliseconds idle_max;   // time without a request
    std::chrono::milliseconds stall_max;  // time until the client takes one write
    std::chrono::milliseconds reply_max;  // time from the start of a request to the end of its reply
  };

  // `over`: there are too many clients, so the only reply is this error.
  Connection(std::unique_ptr<Stream> stream, const Context& context, bool over);

  void Start() override;
  void Close() override;
  void Expire() override;

 private:
  using Error = Stream::Error;

  void Read();
  void OnRead(Error error, size_t bytes);
  void Turn();
  bool Produce(SteadyTime end);
  bool ProduceNext();
  Parsed NextRequest();
  bool BeginRequest(std::span<const std::string_view> words, size_t request_bytes);
  bool MayRun();
  void Resume();
  bool StepRequest();
  bool BeginReply(Reply&& reply, size_t request_bytes);
  bool AppendReply();
  void EndReply();
  void ReplyAndClose(std::string message);
  void Flush();
  void AfterFlush(Error error);
  void Linger();
  void NoteHeld();
  std::string_view Input() const;
  std::shared_ptr<Connection> Self() { return std::static_pointer_cast<Connection>(shared_from_this()); }

  const std::unique_ptr<Stream> stream_;
  const Context& context_;
  const bool over_;
  Session session_;

  boost::beast::flat_buffer input_;
  std::optional<bool> is_resp_;  // known from the first byte
  TextParser text_;
  RespParser resp_;

  std::optional<Task<Reply>> running_;  // a request that takes several steps: the first in input_, or queued
  size_t running_bytes_ = 0;            // of input_; 0 if it was queued after MULTI
  bool may_run_ = false;                // LongRequests lets it continue
  std::optional<ReplyInProgress> reply_;
  std::string output_;
  bool more_ = false;     // there may be more to do without another byte of input
  bool closing_ = false;  // no more requests are executed
};

}  // namespace tally
