// One client of the line port: reads requests, executes them, writes the replies, in that order and in turns.
//
// While output waits for the socket nothing is read and nothing is executed, so a connection holds at most one request
// and one read of input, and one chunk and one row of output, however much is asked for: less than 1 MB. The client
// must take what is written within a time, and a reply as a whole within a longer one. All connections together hold no
// more than Peers allow. A turn is bounded too, and other connections have theirs in between: a request that takes
// longer runs in steps, and LongRequests says when.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
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
  static constexpr size_t kReadBytes = 16 * 1024;   // asked of the socket at once
  static constexpr size_t kChunkBytes = 64 * 1024;  // of output, after which the socket is given it
  static constexpr size_t kKeptBytes = 128 * 1024;  // a larger buffer is given back once it is empty

  // A turn ends after so many commands, or when it is found to have taken so long; so one connection holds up the
  // others for that long and a step, or kClockCommands short commands. To look at the clock after each of them takes
  // 6 % of a pipelined HGET (tools/bench --only answers).
  static constexpr size_t kTurnCommands = 256;
  static constexpr std::chrono::microseconds kTurnTime{1000};
  static constexpr size_t kClockCommands = 4;

  // Once the last reply is out, what the client still sends is thrown away for so long: closing at once would make the
  // kernel reset the connection, and the client might lose that reply.
  static constexpr std::chrono::milliseconds kLingerTime{1000};

  // What it stands on, all of the server's life.
  struct Context {
    Commands& commands;
    Peers& peers;
    LongRequests& long_requests;
    std::chrono::milliseconds idle_max;   // without a request
    std::chrono::milliseconds stall_max;  // until the client has taken what is written to it at once
    std::chrono::milliseconds reply_max;  // from the start of a request until the last of its reply is written
  };

  // `over`: there are too many clients already, so the only answer is that.
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
  bool StepRequest();
  bool BeginReply(Reply reply, size_t request_bytes);
  void Resume();
  bool AppendReply();
  void ReplyAndClose(std::string message);
  void Flush();
  void AfterFlush(Error error);
  void Linger();
  void Discard();
  void NoteHeld();
  std::string_view Input() const;
  std::shared_ptr<Connection> Self() { return std::static_pointer_cast<Connection>(shared_from_this()); }

  const std::unique_ptr<Stream> stream_;
  const Context& context_;
  const bool over_;
  Session session_;

  boost::beast::flat_buffer input_;
  std::optional<bool> is_resp_;  // by the first byte
  TextParser text_;
  RespParser resp_;

  std::optional<Task<Reply>> running_;  // a request that takes more than one step: the first one of input_
  size_t running_bytes_ = 0;            // of input_
  bool waits_ = false;                  // until LongRequests let it continue
  std::optional<ReplyInProgress> reply_;
  std::string output_;
  bool more_ = false;     // there may be more to do without another byte of input
  bool closing_ = false;  // nothing is executed any more
};

}  // namespace tally
