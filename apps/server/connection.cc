#include "apps/server/connection.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace tally {

namespace asio = boost::asio;

Connection::Connection(std::unique_ptr<Stream> stream, const Context& context, bool over)
    : stream_(std::move(stream)), context_(context), over_(over), session_{.id = context.peers.NewId(), .name = {}} {}

void Connection::Start() {
  if (!stream_->is_open()) return Close();
  Read();
}

void Connection::Close() {
  stream_->Close();
  context_.peers.Remove(this);
}

// One that is over the limit and does not say a word is told so as text, which a person would read.
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
  context_.peers.Hold(*this, input_.capacity() + output_.capacity() + (reply_ ? reply_->held_bytes() : 0));
}

void Connection::OnRead(Error error, size_t bytes) {
  if (!stream_->is_open() || closing_) return;  // closed or expired while this waited
  if (error) return Close();                    // the client's end too: whatever came before it is answered by now
  input_.commit(bytes);
  Turn();
}

void Connection::Turn() {
  if (!stream_->is_open()) return;
  more_ = Produce();
  ClearDeadline();
  Flush();
}

// Executes what lies in the input and writes what it replies, as far as one turn goes. Returns whether there is more
// to do.
bool Connection::Produce() {
  const auto end = std::chrono::steady_clock::now() + kTurnTime;
  for (size_t i = 1; i <= kTurnCommands; ++i) {
    if (!ProduceNext()) return false;
    if (output_.size() >= kChunkBytes) break;
    if (i % kClockCommands == 0 && std::chrono::steady_clock::now() >= end) break;
  }
  return true;
}

// Goes on with the reply that is under way, else executes the next request. Returns false if there is neither.
bool Connection::ProduceNext() {
  if (reply_) return AppendReply();
  if (closing_) return false;
  if (!is_resp_) {
    if (input_.size() == 0) return false;
    is_resp_ = Input().front() == '*';
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
  if (!parsed.words.empty()) reply_ = ReplyInProgress{context_.commands.Execute(parsed.words, session_)};
  input_.consume(parsed.consumed);
  return reply_ ? AppendReply() : true;
}

Parsed Connection::NextRequest() { return *is_resp_ ? resp_.Next(Input()) : text_.Next(Input()); }

// Returns true: there may be a request behind.
bool Connection::AppendReply() {
  bool whole = *is_resp_ ? AppendResp(*reply_, kChunkBytes, output_) : AppendText(*reply_, kChunkBytes, output_);
  if (whole) {
    if (reply_->reply.close) closing_ = true;
    reply_.reset();
  }
  return true;
}

void Connection::ReplyAndClose(std::string message) {
  Reply reply = ErrorReply(std::move(message));
  reply.close = true;
  reply_ = ReplyInProgress{std::move(reply)};
  AppendReply();
}

// The deadline is for all of the output: a client that takes a byte now and then is as good as one that takes none.
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
    return asio::post(stream_->executor(), [self = Self()] { self->Turn(); });  // the others come first
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
  Discard();
}

void Connection::Discard() {
  auto room = input_.prepare(kReadBytes);
  NoteHeld();
  stream_->ReadSome(room, [self = Self()](Error error, size_t) {
    if (!self->stream_->is_open()) return;
    error ? self->Close() : self->Discard();
  });
}

}  // namespace tally
