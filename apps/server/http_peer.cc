#include "apps/server/http_peer.h"

#include <boost/asio/post.hpp>
#include <boost/beast/http/status.hpp>
#include <cstdio>
#include <string_view>
#include <utility>

#include "core/base/strings.h"

namespace tally {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view Reason(unsigned code) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(code));
  return {reason.data(), reason.size()};
}

enum class Framing { kLength, kChunks, kUntilClose };

std::string HeaderOf(const HttpResponse& response, bool http11, bool keep_alive, Framing framing) {
  std::string header = Cat(http11 ? "HTTP/1.1 " : "HTTP/1.0 ", response.code, " ", Reason(response.code),
                           "\r\nServer: tallyd\r\nCache-Control: no-store\r\nContent-Type: ", response.content_type);
  for (const auto& [name, value] : response.headers) header += Cat("\r\n", name, ": ", value);
  if (framing == Framing::kLength) header += Cat("\r\nContent-Length: ", response.body.size());
  if (framing == Framing::kChunks) header += "\r\nTransfer-Encoding: chunked";
  if (http11 && !keep_alive) header += "\r\nConnection: close";
  if (!http11 && keep_alive) header += "\r\nConnection: keep-alive";
  return header += "\r\n\r\n";
}

}  // namespace

HttpPeer::HttpPeer(std::unique_ptr<Stream> stream, const Context& context, bool over)
    : stream_(std::move(stream)), context_(context), over_(over) {}

void HttpPeer::Start() { BeginRequest(); }

void HttpPeer::Close() {
  stream_->Close();
  context_.peers.Remove(this);
}

void HttpPeer::BeginRequest() {
  if (!stream_->is_open()) return Close();
  SetDeadline(over_ ? Peers::kOverTime : kTime);
  ReadOn();
}

void HttpPeer::ReadOn() {
  switch (reader_.Read(input_)) {
    case HttpReader::State::kNeedMore:
      return Receive();
    case HttpReader::State::kHeader:
      return OnHeader();
    case HttpReader::State::kWhole:
      return Answer(AnswerHttp(reader_.request(), context_.routes, context_.pages));
    case HttpReader::State::kBroken:
      return Answer(reader_.refusal());
  }
}

// Answers at once if the body is not needed. Otherwise reads it, after `100 Continue` if the client waits for that.
void HttpPeer::OnHeader() {
  const HttpRequest header = reader_.request();
  if (!HttpNeedsBody(header, context_.routes, context_.pages)) {
    return Answer(AnswerHttp(header, context_.routes, context_.pages));
  }
  if (!reader_.expects_continue() || input_.size() > 0) return ReadOn();
  auto done = [self = Self()](Error error) { self->OnContinued(error); };
  if (stream_->Write(kContinue, done)) ReadOn();
}

void HttpPeer::OnContinued(Error error) {
  if (!stream_->is_open()) return;
  error ? Close() : ReadOn();
}

void HttpPeer::Receive() {
  if (input_.size() == 0 && input_.capacity() > kReadBytes) input_.shrink_to_fit();
  auto room = input_.prepare(kReadBytes);
  NoteHeld();
  stream_->ReadSome(room, [self = Self()](Error error, size_t bytes) { self->OnRead(error, bytes); });
}

void HttpPeer::OnRead(Error error, size_t bytes) {
  if (!stream_->is_open()) return;
  if (error) return Close();  // the client is gone
  input_.commit(bytes);
  ReadOn();
}

// The connection stays open only if the client may send another request.
void HttpPeer::Answer(HttpResponse response) {
  const bool keep_alive = reader_.keep_alive() && !over_;
  const bool http11 = reader_.is_http11();
  Framing framing = Framing::kLength;
  if (response.pieces) framing = http11 ? Framing::kChunks : Framing::kUntilClose;
  chunked_ = framing == Framing::kChunks;
  keep_alive_ = keep_alive && framing != Framing::kUntilClose;
  output_ = HeaderOf(response, http11, keep_alive_, framing);
  if (!reader_.is_head()) {
    output_ += response.body;
    pieces_ = std::move(response.pieces);
    if (pieces_) AppendPiece();
  }
  reader_.Reset();
  SetDeadline(kTime);
  Send();
}

void HttpPeer::AppendPiece() {
  std::string piece;
  const bool more = pieces_(piece);
  if (!more) pieces_ = nullptr;
  if (!chunked_) {
    output_ += piece;
    return;
  }
  char size[16];
  (void)std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
  if (!piece.empty()) output_ += Cat(size, piece, "\r\n");
  if (!more) output_ += "0\r\n\r\n";
}

void HttpPeer::Send() {
  NoteHeld();
  auto done = [self = Self()](Error error) { self->OnSent(error); };
  // Continues later: other connections have their turn before the next piece or the next request.
  if (stream_->Write(output_, done)) asio::post(stream_->executor(), [done] { done(Error()); });
}

void HttpPeer::OnSent(Error error) {
  if (!stream_->is_open()) return;
  if (error) return Close();
  output_.clear();
  if (pieces_) {
    AppendPiece();
    return Send();
  }
  output_.shrink_to_fit();
  keep_alive_ ? BeginRequest() : Linger();
}

void HttpPeer::Linger() {
  stream_->EndWriting();
  SetDeadline(Peers::kOverTime);
  input_.clear();
  const auto room = input_.prepare(kReadBytes);
  NoteHeld();
  DiscardUntilEnd(*stream_, room, [self = Self()] { self->Close(); });
}

void HttpPeer::NoteHeld() { context_.peers.Hold(*this, input_.capacity() + reader_.held_bytes() + output_.capacity()); }

}  // namespace tally
