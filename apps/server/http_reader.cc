#include "apps/server/http_reader.h"

#include <boost/asio/buffer.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
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

}  // namespace

void HttpReader::Reset() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(kHeaderBytesMax);
  parser_->body_limit(kBodyBytesMax);
  error_ = {};
  continued_ = false;
}

HttpReader::State HttpReader::Read(boost::beast::flat_buffer& input) {
  while (!error_ && !parser_->is_done() && input.size() > 0) {
    // Beast 1.81 asserts that it gets the last chunk whole, but the network may split it.
    if (parser_->is_header_done() && parser_->chunked() && input.size() < kLastChunk.size()) break;
    // Beast takes a chunk's header, and the trailers, only as a whole, and has no limit for them. So it gets a part
    // that is as large as they may be.
    const auto part = boost::asio::buffer(input.cdata(), kHeaderBytesMax);
    const size_t taken = parser_->put(part, error_);
    input.consume(taken);
    if (error_ == http::error::need_more) error_ = {};
    if (error_ || taken > 0) continue;
    if (part.size() < kHeaderBytesMax) break;
    error_ = http::error::header_limit;
  }
  if (error_) return State::kBroken;
  return parser_->is_done() ? State::kWhole : State::kNeedMore;
}

bool HttpReader::TakeExpectsContinue() {
  if (!parser_->is_header_done() || std::exchange(continued_, true)) return false;
  return absl::EqualsIgnoreCase(ToAbsl(FromBeast(parser_->get()[http::field::expect])), "100-continue");
}

HttpRequest HttpReader::request() const {
  const auto& request = parser_->get();
  return {.method = FromBeast(request.method_string()),
          .target = FromBeast(request.target()),
          .authorization = FromBeast(request[http::field::authorization]),
          .content_type = FromBeast(request[http::field::content_type]),
          .body = request.body()};
}

bool HttpReader::is_head() const { return parser_->get().method() == http::verb::head; }

bool HttpReader::has_host() const { return parser_->get().count(http::field::host) == 1; }

HttpResponse HttpReader::refusal() const {
  if (error_ == http::error::header_limit) {
    return {431, Cat("expected a header of at most ", kHeaderBytesMax, " bytes\n")};
  }
  if (error_ == http::error::body_limit) {
    return {413, Cat("expected a body of at most ", kBodyBytesMax, " bytes\n")};
  }
  return {400, Cat("expected HTTP/1.1: ", error_.message(), "\n")};
}

}  // namespace tally
