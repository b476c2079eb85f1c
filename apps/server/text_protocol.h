// The text protocol: a request is a line, a reply is lines and then END, or the one line `ERR message`.
//
//   TextParser parser;
//   Parsed parsed = parser.Next("GET stats:mw:login -1m\r\nPI");   // {"GET", "stats:mw:login", "-1m"}
//
// Not thread-safe: a parser belongs to one connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "apps/server/reply_writer.h"
#include "apps/server/request.h"

namespace tally {

class TextParser {
 public:
  // The limit of a request without its line end. A longer request is broken: otherwise the search for its end has no
  // limit.
  static constexpr size_t kLineBytesMax = 64 * 1024;

  // Spaces and tabs separate words, a line ends with LF or CRLF, and the caller ignores a line without words. A line of
  // HTTP is broken too: nobody must be able to make a browser send commands in the body of a request.
  Parsed Next(std::string_view input);

 private:
  size_t seen_ = 0;  // this many bytes of `input` have no LF
  std::vector<std::string_view> words_;
};

// Appends the next part of the reply, until it is whole or `out` holds `enough` bytes. The last row may exceed that.
// Returns whether the reply is whole. A NullCell is `-` in a row, and no line as a value.
bool AppendText(ReplyInProgress& progress, size_t enough, std::string& out);

}  // namespace tally
