#include "apps/server/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace tally {

namespace asio = boost::asio;

namespace {

// Where the system has no such thing, it keeps as much as it likes.
void LimitUnsent(int socket, int bytes) {
#ifdef TCP_NOTSENT_LOWAT
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
#endif
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Context& context, bool over)
    : socket_(std::move(socket)), context_(context), over_(over), session_{.id = context.peers.NewId(), .name = {}} {}

void Connection::Start() {
  Error error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error) return Close();
  LimitUnsent(socket_.native_handle(), kUnsentBytesMax);
  Read();
}

void Connection::Close() {
  Error ignored;
  socket_.close(ignored);
  context_.peers.Remove(this);
}

// One that is over the limit and does not say a word is told so as text, which a person would read.
void Connection::Expire() {
  if (!over_ || is_resp_) return Close();
  is_resp_ = false;
  Error ignored;
  socket_.cancel(ignored);  // the read that is waited for, before its buffer is used again
  Turn();
}

std::string_view Connection::Input() const { return {static_cast<const char*>(input_.cdata().data()), input_.size()}; }

void Connection::Read() {
  SetDeadline(over_ ? Peers::kOverTime : context_.idle_max);
  if (input_.size() == 0 && input_.capacity() > kReadBytes) input_.shrink_to_fit();
  if (output_.capacity() > kReadBytes) output_ = {};
  auto room = input_.prepare(kReadBytes);
  NoteHeld();
  socket_.async_read_some(room, [self = Self()](Error error, size_t bytes) { self->OnRead(error, bytes); });
}

void Connection::NoteHeld() {
  context_.peers.Hold(*this, input_.capacity() + output_.capacity() + (reply_ ? reply_->held_bytes() : 0));
}

void Connection::OnRead(Error error, size_t bytes) {
  if (!socket_.is_open() || closing_) return;  // closed or expired while this waited
  if (error) return Close();                   // the client's end too: whatever came before it is answered by now
  input_.commit(bytes);
  Turn();
}

void Connection::Turn() {
  if (!socket_.is_open()) return;
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
  while (sent_ < output_.size()) {
    Error error;
    sent_ += socket_.write_some(asio::buffer(output_.data() + sent_, output_.size() - sent_), error);
    if (error == asio::error::would_block) {
      if (!HasDeadline()) SetDeadline(context_.stall_max);
      NoteHeld();
      socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = Self()](Error failed) {
        if (self->socket_.is_open()) failed ? self->Close() : self->Flush();
      });
      return;
    }
    if (error) return Close();
  }
  output_.clear();
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
  sent_ = 0;
  AfterFlush();
}

void Connection::AfterFlush() {
  if (more_) {
    NoteHeld();
    return asio::post(socket_.get_executor(), [self = Self()] { self->Turn(); });  // the others come first
  }
  if (closing_) return Linger();
  Read();
}

void Connection::Linger() {
  Error error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return Close();
  SetDeadline(kLingerTime);
  input_.clear();
  input_.shrink_to_fit();
  output_ = {};
  Discard();
}

void Connection::Discard() {
  auto room = input_.prepare(kReadBytes);
  NoteHeld();
  socket_.async_read_some(room, [self = Self()](Error error, size_t) {
    if (!self->socket_.is_open()) return;
    error ? self->Close() : self->Discard();
  });
}

}  // namespace tally
