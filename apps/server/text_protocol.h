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

  // A line ends with LF or CRLF, and the caller ignores a line without words. Words are separated as Redis separates
  // those of an inline command: by blanks, outside of quotes. In double quotes \" \\ \n \r \t \b \a \xHH are escapes,
  // in single quotes \' is. A quote that is not closed, or not followed by a blank, makes the line invalid. A line of
  // HTTP is broken: nobody must be able to make a browser send commands in the body of a request.
  Parsed Next(std::string_view input);

  size_t held_bytes() const { return unquoted_.capacity(); }

 private:
  bool SplitQuoted(std::string_view line);
  bool TakeWord(std::string_view line, size_t& at);
  bool TakeQuoted(std::string_view line, char quote, size_t& at);

  size_t seen_ = 0;  // this many bytes of `input` have no LF
  std::vector<std::string_view> words_;
  std::string unquoted_;  // the words of a line with quotes
};

// Appends `text` as a field of a reply, or as a word of a request: in double quotes if it is empty, has a blank, a
// quote or a control character, is END, or begins with ERR. Inside quotes, \" \\ and \xHH are escapes.
void AppendField(std::string_view text, std::string& out);

// Appends the next part of the reply, until it is whole or `out` holds `enough` bytes. The last row may exceed that.
// Returns whether the reply is whole. A NullCell is `-` in a row, and no line as a value.
bool AppendText(ReplyInProgress& progress, size_t enough, std::string& out);

}  // namespace tally
