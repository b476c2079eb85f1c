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
  // Of a request, its line's end not counted. A longer one is broken: its end would have to be searched in whatever the
  // other side goes on to send.
  static constexpr size_t kLineBytesMax = 64 * 1024;

  // Words are parted by spaces and tabs, a line ends with LF or CRLF, and a line without words is to be ignored.
  // A line of HTTP is broken too: a browser must not be made to send commands in the body of a request.
  Parsed Next(std::string_view input);

 private:
  size_t seen_ = 0;  // so many bytes of `input` hold no LF
  std::vector<std::string_view> words_;
};

// Appends what comes next of the reply, until it is whole or `out` holds `enough` bytes; the last row may stand out.
// Returns whether the reply is whole. A NullCell is `-` in a row, and no line at all as a value.
bool AppendText(ReplyInProgress& progress, size_t enough, std::string& out);

}  // namespace tally
