#include "apps/server/http_reader.h"

#include <boost/asio/buffer.hpp>
#include <string_view>

#include "core/base/strings.h"

namespace tally {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

// In Boost 1.81, Beast has its own string type.
template <typename BeastString>
std::string_view FromBeast(const BeastString& s) {
  return {s.data(), s.size()};
}

HttpResponse RefusalOf(boost::system::error_code error) {
  if (error == http::error::header_limit) {
    return {431, Cat("expected a header of at most ", HttpReader::kHeaderBytesMax, " bytes\n")};
  }
  if (error == http::error::body_limit) {
    return {413, Cat("expected a body of at most ", HttpReader::kBodyBytesMax, " bytes\n")};
  }
  return {400, Cat("expected HTTP/1.1: ", error.message(), "\n")};
}

}  // namespace

void HttpReader::Reset() {
  parser_.emplace();
  parser_->header_limit(kHeaderBytesMax);
  parser_->body_limit(kBodyBytesMax);
  refusal_.reset();
  header_bytes_ = 0;
}

HttpReader::State HttpReader::Read(boost::beast::flat_buffer& input) {
  while (!refusal_ && !parser_->is_done() && input.size() > 0) {
    // Beast 1.81 asserts that it gets the last chunk whole, but the network may split it.
    if (parser_->is_header_done() && parser_->chunked() && input.size() < kLastChunk.size()) break;
    // Beast takes a chunk's header, and the trailers, only as a whole, and has no limit for them. So it gets a part
    // that is as large as they may be.
    const auto part = boost::asio::buffer(input.cdata(), kHeaderBytesMax);
    const bool in_header = !parser_->is_header_done();
    boost::system::error_code error;
    const size_t taken = parser_->put(part, error);
    input.consume(taken);
    if (in_header) header_bytes_ += taken;
    if (error && error != http::error::need_more) {
      refusal_ = RefusalOf(error);
    } else if (header_bytes_ > kHeaderBytesMax) {  // Beast's limit begins again after the lines that it has taken
      refusal_ = RefusalOf(http::error::header_limit);
    } else if (taken == 0) {
      if (part.size() < kHeaderBytesMax) break;
      refusal_ = RefusalOf(http::error::header_limit);
    } else if (in_header && parser_->is_header_done()) {
      refusal_ = CheckHeader();
      if (!refusal_) return State::kHeader;
    }
  }
  if (refusal_) return State::kBroken;
  return parser_->is_done() ? State::kWhole : State::kNeedMore;
}

// Returns the refusal of a header that Beast accepts.
std::optional<HttpResponse> HttpReader::CheckHeader() const {
  const auto& header = parser_->get();
  // Beast ignores other encodings. A proxy does not, and then a client could hide a request in the body of another one.
  const auto encoding = header.find(http::field::transfer_encoding);
  if (encoding != header.end() && !(is_http11() && EqualsIgnoreCase(FromBeast(encoding->value()), "chunked"))) {
    return HttpResponse{501, "expected no Transfer-Encoding other than chunked, in HTTP/1.1\n"};
  }
  // A request without it is from a client that uses another protocol.
  if (is_http11() && header.count(http::field::host) != 1) return HttpResponse{400, "expected one header Host\n"};
  return std::nullopt;
}

bool HttpReader::expects_continue() const {
  return is_http11() && !parser_->is_done() &&
         EqualsIgnoreCase(FromBeast(parser_->get()[http::field::expect]), "100-continue");
}

HttpRequest HttpReader::request() const {
  const auto& request = parser_->get();
  return {.method = FromBeast(request.method_string()),
          .target = FromBeast(request.target()),
          .authorization = FromBeast(request[http::field::authorization]),
          .content_type = FromBeast(request[http::field::content_type]),
          .body = request.body()};
}

bool HttpReader::keep_alive() const { return !refusal_ && parser_->is_done() && parser_->get().keep_alive(); }

bool HttpReader::is_head() const { return parser_->get().method() == http::verb::head; }

}  // namespace tally
