// RESP, the protocol of Redis' clients, in its versions 2 and 3: a request is an array of bulk strings, a reply has a
// type.
//
//   RespParser parser;
//   Parsed parsed = parser.Next("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n");   // {"ECHO", "hi"}
//
// Not thread-safe: a parser belongs to one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/server/reply_writer.h"
#include "apps/server/request.h"

namespace tally {

class RespParser {
 public:
  // The limit of a request, framing included: a request is in memory whole. HMGET of some thousand fields fits.
  static constexpr size_t kRequestBytesMax = 256 * 1024;
  static constexpr int64_t kWordsMax = 16 * 1024;

  // The caller ignores a request without words (`*0`, `*-1`, an empty line). A request is broken if it exceeds a limit
  // or its framing is wrong.
  Parsed Next(std::string_view input);

 private:
  // `*2` or `$4` with its CRLF.
  struct Header {
    enum class Found { kNo, kYes, kWrong };
    Found found = Found::kNo;
    int64_t number = 0;
    std::string_view text = {};  // with kWrong: the bytes found instead
  };
  struct WordRange {
    size_t at;
    size_t size;
  };

  Header ReadHeader(std::string_view input, char marker);
  bool ReadWord(std::string_view input, Parsed& otherwise);
  void Reset();

  size_t at_ = 0;                      // read up to here
  int64_t words_left_ = -1;            // -1: the request's header is not read yet
  int64_t word_size_ = -1;             // -1: the next word's header is not read yet
  std::vector<WordRange> words_seen_;  // of the whole words; the bytes may move until the last word is whole
  std::vector<std::string_view> words_;
};

// Appends the next part of the reply, until it is whole or `out` holds `enough` bytes. The last row may exceed that,
// and a table of lines is written whole, because it is one string with its length first. Returns whether the reply is
// whole. `version` is the same for all parts.
bool AppendResp(ReplyInProgress& progress, RespVersion version, size_t enough, std::string& out);

}  // namespace tally
