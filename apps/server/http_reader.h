// Reads HTTP requests from bytes.
//
//   HttpReader reader;
//   while (reader.Read(input) == HttpReader::State::kNeedMore) ReceiveInto(input);
//   if (Refuse(reader.request())) return;          // kHeader: the body is not read yet
//   while (reader.Read(input) == HttpReader::State::kNeedMore) ReceiveInto(input);
//   Answer(reader.request());                      // kWhole
//   reader.Reset();                                // for the next request
//
// Not thread-safe: belongs to one connection.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <optional>

#include "apps/server/http_message.h"

namespace tally {

class HttpReader {
 public:
  static constexpr size_t kHeaderBytesMax = 8 * 1024;  // of the request or of a chunk, and of trailers; 431 beyond
  static constexpr size_t kBodyBytesMax = 1 << 20;     // 413 beyond

  enum class State {
    kNeedMore,
    kHeader,  // the header is whole. Once for each request, also if it has no body.
    kWhole,
    kBroken,  // refusal() has the response. The end of the request is unknown, so it is the last response.
  };

  HttpReader() { Reset(); }

  // Discards the request, and begins with the next one.
  void Reset();

  // Removes bytes from the front of `input`, up to the end of the request. Leaves fewer than kHeaderBytesMax bytes
  // there if it needs more.
  State Read(boost::beast::flat_buffer& input);

  // REQUIRES: kHeader or kWhole. The texts are valid until the next Read() or Reset(); the body is empty until kWhole.
  HttpRequest request() const;
  // Whether the client waits for `100 Continue` before it sends the body. REQUIRES: kHeader.
  bool expects_continue() const;

  // Whether the connection can be used for another request: not if the rest of this one is not read.
  bool keep_alive() const;
  bool is_http11() const { return parser_->get().version() >= 11; }
  bool is_head() const;

  // REQUIRES: kBroken.
  const HttpResponse& refusal() const { return *refusal_; }

  size_t held_bytes() const { return parser_->get().body().capacity(); }

 private:
  std::optional<HttpResponse> CheckHeader() const;

  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<HttpResponse> refusal_;
  size_t header_bytes_ = 0;  // that were taken so far
};

}  // namespace tally
