#include "apps/server/connection.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace tally {

namespace asio = boost::asio;

Connection::Connection(std::unique_ptr<Stream> stream, const Context& context, bool over)
    : stream_(std::move(stream)),
      context_(context),
      over_(over),
      session_{.id = context.peers.NewId(), .address = stream_->peer()} {}

void Connection::Start() {
  if (!stream_->is_open()) return Close();
  context_.commands.Add(session_);
  Read();
}

void Connection::Close() {
  stream_->Close();
  running_.reset();  // and everything that these hold
  reply_.reset();
  context_.long_requests.Leave(*this);
  context_.commands.Remove(session_);
  context_.peers.Remove(this);
}

// If a client over the limit sends nothing, it gets the error as text, because a person may read it.
void Connection::Expire() {
  if (!over_ || is_resp_) return Close();
  is_resp_ = false;
  stream_->CancelRead();  // before its buffer is used again
  Turn();
}

std::string_view Connection::Input() const { return {static_cast<const char*>(input_.cdata().data()), input_.size()}; }

void Connection::Read() {
  SetDeadline(over_ ? Peers::kOverTime : context_.idle_max);
  if (input_.size() == 0 && input_.capacity() > kReadBytes) input_.shrink_to_fit();
  if (output_.capacity() > kReadBytes) output_ = {};
  auto room = input_.prepare(kReadBytes);
  NoteHeld();
  stream_->ReadSome(room, [self = Self()](Error error, size_t bytes) { self->OnRead(error, bytes); });
}

void Connection::NoteHeld() {
  context_.peers.Hold(*this, input_.capacity() + text_.held_bytes() + output_.capacity() +
                                 session_.transaction.requests.held_bytes() + (reply_ ? reply_->held_bytes() : 0));
}

void Connection::OnRead(Error error, size_t bytes) {
  if (!stream_->is_open() || closing_) return;  // closed or expired while this waited
  if (error) return Close();                    // or the end of the client's bytes: all requests are answered
  input_.commit(bytes);
  Turn();
}

void Connection::Turn() {
  if (!stream_->is_open()) return;
  ClearDeadline();
  if (running_ && stream_->HasPeerGone()) return Close();
  if (running_ && !MayRun()) return;
  const SteadyTime began = std::chrono::steady_clock::now();
  more_ = Produce(began + kTurnTime);
  if ((running_ || reply_) && !HasReplyDeadline()) SetReplyDeadline(began + context_.reply_max);
  Flush();
}

// Executes the requests in the input and writes their replies, up to the limits of a turn. Returns whether there is
// more to do.
bool Connection::Produce(SteadyTime end) {
  context_.commands.Tick();
  for (size_t i = 1; i <= kTurnCommands; ++i) {
    if (!ProduceNext()) return false;
    if ((running_ && !may_run_) || output_.size() >= kChunkBytes) break;
    if ((running_ || i % kClockCommands == 0) && std::chrono::steady_clock::now() >= end) break;
  }
  return true;
}

// Continues the request or reply in progress, or begins the next request. Returns false if there is none.
bool Connection::ProduceNext() {
  if (running_) return StepRequest();
  if (reply_) return AppendReply();
  if (closing_) return false;
  if (session_.transaction.state == Transaction::State::kExecuting) {
    return BeginRequest(session_.transaction.requests.Front(), 0);
  }
  if (!is_resp_) {
    if (input_.size() == 0) return false;
    is_resp_ = Input().front() == '*';
    session_.is_text = !*is_resp_;
  }
  if (over_) {
    ReplyAndClose("max number of clients reached");
    return true;
  }
  Parsed parsed = NextRequest();
  if (parsed.kind == Parsed::Kind::kNeedMore) return false;
  if (parsed.kind == Parsed::Kind::kBroken) {
    ReplyAndClose(std::move(parsed.error));
    return true;
  }
  if (parsed.kind == Parsed::Kind::kInvalid) return BeginReply(ErrorReply(std::move(parsed.error)), parsed.consumed);
  if (parsed.words.empty()) {
    input_.consume(parsed.consumed);
    return true;
  }
  return BeginRequest(parsed.words, parsed.consumed);
}

// Returns true: there is more to do.
bool Connection::BeginRequest(std::span<const std::string_view> words, size_t request_bytes) {
  Task<Reply> task = context_.commands.Execute(words, session_);
  if (task.Step()) return BeginReply(task.Take(), request_bytes);
  running_.emplace(std::move(task));
  running_bytes_ = request_bytes;
  return true;
}

// Called at the beginning of a turn, when all earlier output is written: a request that runs never waits for its
// client, which could keep the others from running.
bool Connection::MayRun() {
  if (!may_run_) may_run_ = context_.long_requests.Enter(*this, [this] { Resume(); });
  return may_run_;
}

void Connection::Resume() {
  may_run_ = true;
  asio::post(stream_->executor(), [self = Self()] { self->Turn(); });
}

// The request's words are views of the input, so the input stays unchanged until the request is executed. Returns true:
// there is more to do.
bool Connection::StepRequest() {
  if (!running_->Step()) return true;
  Reply reply = running_->Take();
  running_.reset();
  may_run_ = false;
  context_.long_requests.Leave(*this);
  return BeginReply(std::move(reply), running_bytes_);
}

bool Connection::BeginReply(Reply&& reply, size_t request_bytes) {
  reply_.emplace(std::move(reply));
  request_bytes > 0 ? input_.consume(request_bytes) : session_.EndQueued();
  return AppendReply();
}

Parsed Connection::NextRequest() { return *is_resp_ ? resp_.Next(Input()) : text_.Next(Input()); }

// Returns true: there may be another request.
bool Connection::AppendReply() {
  const bool whole =
      *is_resp_ ? AppendResp(*reply_, session_.resp, kChunkBytes, output_) : AppendText(*reply_, kChunkBytes, output_);
  if (whole) EndReply();
  return true;
}

// Within the array of EXEC there are no pushes. Text has none, and neither has RESP2: a client that tracks keys there
// is told nothing, as by Redis.
void Connection::EndReply() {
  if (reply_->reply.close) closing_ = true;
  const bool executing = session_.transaction.state == Transaction::State::kExecuting;
  if (!session_.invalidated.empty() && !executing) {
    std::vector<std::string> keys = std::exchange(session_.invalidated, {});
    if (*is_resp_ && session_.resp == RespVersion::k3) return (void)reply_.emplace(InvalidationReply(std::move(keys)));
  }
  reply_.reset();
  ClearReplyDeadline();
}

void Connection::ReplyAndClose(std::string message) {
  Reply reply = ErrorReply(std::move(message));
  reply.close = true;
  reply_.emplace(std::move(reply));
  AppendReply();
}

// The deadline is for the whole output: a client that takes a byte now and then is treated like one that takes none.
void Connection::Flush() {
  if (stream_->Write(output_, [self = Self()](Error error) { self->AfterFlush(error); })) return AfterFlush({});
  SetDeadline(context_.stall_max);
  NoteHeld();
}

void Connection::AfterFlush(Error error) {
  if (!stream_->is_open()) return;
  if (error) return Close();
  output_.clear();
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
  if (more_) {
    NoteHeld();
    return asio::post(stream_->executor(), [self = Self()] { self->Turn(); });  // after the turns of the others
  }
  if (closing_) return Linger();
  Read();
}

void Connection::Linger() {
  stream_->EndWriting();
  SetDeadline(kLingerTime);
  input_.clear();
  input_.shrink_to_fit();
  output_ = {};
  const auto room = input_.prepare(kReadBytes);
  NoteHeld();
  DiscardUntilEnd(*stream_, room, [self = Self()] { self->Close(); });
}

}  // namespace tally
