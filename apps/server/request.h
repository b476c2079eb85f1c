// The result of the parsers of the text protocol and of RESP, for the first bytes of a connection's input.
//
// Parsers know no sockets. A parser gets all bytes that are not consumed yet, again each time that more arrive after
// them. It remembers how far it has read, so that the time is proportional to the number of bytes, for every split.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tally {

struct Parsed {
  enum class Kind {
    kNeedMore,  // no whole request yet: call again with more bytes after these
    kRequest,   // `words`; the next call begins `consumed` bytes later
    kInvalid,   // send `error` in place of a reply; the next call begins `consumed` bytes later
    kBroken,    // the input after this cannot be parsed: send `error` and close
  };

  Kind kind = Kind::kNeedMore;
  size_t consumed = 0;
  // Empty: ignore the request. They live until the next call, or until the bytes move.
  std::span<const std::string_view> words;
  std::string error;

  static Parsed NeedMore() { return {}; }
  static Parsed Request(size_t bytes, std::span<const std::string_view> words) {
    return {Kind::kRequest, bytes, words, {}};
  }
  static Parsed Invalid(size_t bytes, std::string error) { return {Kind::kInvalid, bytes, {}, std::move(error)}; }
  static Parsed Broken(std::string error) { return {Kind::kBroken, 0, {}, std::move(error)}; }
};

}  // namespace tally
