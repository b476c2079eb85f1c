#include "apps/server/http_peer.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/server/http_pages.h"
#include "core/base/strings.h"

namespace tally {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr unsigned kHttp11 = 11;

// Beast's strings are of a type of its own before Boost 1.82 or so.
template <typename BeastString>
std::string_view FromBeast(const BeastString& s) {
  return {s.data(), s.size()};
}

template <typename BeastString = boost::beast::string_view>
BeastString ToBeast(std::string_view s) {
  return {s.data(), s.size()};
}

class HttpPeer : public Peer {
 public:
  HttpPeer(asio::ip::tcp::socket socket, const HttpContext& context, bool over)
      : socket_(std::move(socket)), context_(context), over_(over) {}

  void Start() override {
    Error error;
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    if (error) return Close();
    Read();
  }

  void Close() override {
    Error ignored;
    socket_.close(ignored);
    context_.peers.Remove(this);
  }

 private:
  using Error = boost::system::error_code;

  void Read() {
    request_.emplace();
    request_->header_limit(kHttpHeaderBytesMax);
    request_->body_limit(kHttpBodyBytesMax);
    SetDeadline(over_ ? Peers::kOverTime : kHttpTime);
    context_.peers.Hold(*this, input_.capacity());
    http::async_read(socket_, input_, *request_, [self = Self()](Error error, size_t) { self->OnRead(error); });
  }

  void OnRead(Error error) {
    if (!socket_.is_open()) return;
    if (error) return Refuse(error);
    const auto& request = request_->get();
    const HttpQuestion question = {.method = FromBeast(request.method_string()),
                                   .target = FromBeast(request.target()),
                                   .authorization = FromBeast(request[http::field::authorization])};
    HttpPage page = AnswerHttp(question, context_.counters, context_.wall, context_.status, context_.password);
    Answer(std::move(page), request.version(), request.keep_alive() && !over_, request.method() == http::verb::head);
  }

  // Where a request is broken its end is not known: the answer is the last.
  void Refuse(Error error) {
    if (error == http::error::header_limit) {
      return AnswerLast({431, Cat("expected a header of at most ", kHttpHeaderBytesMax, " bytes\n")});
    }
    if (error == http::error::body_limit) {
      return AnswerLast({413, Cat("expected a body of at most ", kHttpBodyBytesMax, " bytes\n")});
    }
    bool is_http_error = error.category() == http::make_error_code(http::error::bad_method).category();
    if (is_http_error && error != http::error::end_of_stream && error != http::error::partial_message) {
      return AnswerLast({400, Cat("expected HTTP/1.1: ", error.message(), "\n")});
    }
    Close();  // the client is gone
  }

  void AnswerLast(HttpPage page) { Answer(std::move(page), kHttp11, /*keep_alive=*/false, /*head=*/false); }

  void Answer(HttpPage page, unsigned version, bool keep_alive, bool head) {
    response_ = {};
    response_.version(version);
    response_.result(page.code);
    response_.set(http::field::server, "tallyd");
    response_.set(http::field::content_type, ToBeast(page.content_type));
    response_.set(http::field::cache_control, "no-store");
    if (page.code == 405) response_.set(http::field::allow, "GET, HEAD");
    if (page.code == 401) response_.set(http::field::www_authenticate, "Basic realm=\"tallyd\", charset=\"UTF-8\"");
    response_.keep_alive(keep_alive);
    response_.content_length(page.body.size());
    if (!head) response_.body() = std::move(page.body);
    SetDeadline(kHttpTime);
    context_.peers.Hold(*this, input_.capacity() + response_.body().capacity());
    http::async_write(socket_, response_, [self = Self(), keep_alive](Error error, size_t) {
      if (!self->socket_.is_open()) return;
      if (error) return self->Close();
      self->response_ = {};
      keep_alive ? self->Read() : self->Linger();
    });
  }

  // Closing while the client still sends would reset the connection, and it might lose the answer: what comes is thrown
  // away for a moment.
  void Linger() {
    Error error;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    if (error) return Close();
    SetDeadline(Peers::kOverTime);
    Discard();
  }

  void Discard() {
    input_.clear();
    auto room = input_.prepare(kHttpBodyBytesMax);
    context_.peers.Hold(*this, input_.capacity());
    socket_.async_read_some(room, [self = Self()](Error error, size_t) {
      if (!self->socket_.is_open()) return;
      error ? self->Close() : self->Discard();
    });
  }

  std::shared_ptr<HttpPeer> Self() { return std::static_pointer_cast<HttpPeer>(shared_from_this()); }

  asio::ip::tcp::socket socket_;
  const HttpContext& context_;
  const bool over_;

  boost::beast::flat_buffer input_;
  std::optional<http::request_parser<http::string_body>> request_;
  http::response<http::string_body> response_;
};

}  // namespace

std::shared_ptr<Peer> NewHttpPeer(asio::ip::tcp::socket socket, const HttpContext& context, bool over) {
  return std::make_shared<HttpPeer>(std::move(socket), context, over);
}

}  // namespace tally
