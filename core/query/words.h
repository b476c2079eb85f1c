// Parses the words of a command, and makes any bytes printable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

// A whole number in decimal, with nothing around it, that fits into an int64_t.
std::optional<int64_t> ParseInteger(std::string_view word);

// Printable UTF-8 in one line: \\ for a backslash, \n, \r, \t, and \xHH for other control bytes and bytes that are no
// valid UTF-8.
std::string Escaped(std::string_view bytes);

// A word for error messages: escaped, in single quotes, cut with "..." at kQuotedBytes bytes of the word.
inline constexpr size_t kQuotedBytes = 64;
std::string Quoted(std::string_view word);

}  // namespace tally
