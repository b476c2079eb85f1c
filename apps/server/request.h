// What the parsers of the text protocol and of RESP find at the start of a connection's bytes.
//
// Parsers know no sockets. Each is given the bytes that are not yet consumed, from the first of them on, again and
// again as more arrive behind; it remembers how far it has looked, so that the whole costs time in proportion to the
// bytes, however they are split.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tally {

struct Parsed {
  enum class Kind {
    kNeedMore,  // no whole request yet: come back with more bytes behind these
    kRequest,   // `words`; the next call begins `consumed` bytes later
    kBroken,    // nothing behind this can be understood: say `error` and close
  };

  Kind kind = Kind::kNeedMore;
  size_t consumed = 0;
  // None: a request to be ignored. Live until the next call, or until the bytes move.
  std::span<const std::string_view> words;
  std::string error;

  static Parsed NeedMore() { return {}; }
  static Parsed Request(size_t bytes, std::span<const std::string_view> words) {
    return {Kind::kRequest, bytes, words, {}};
  }
  static Parsed Broken(std::string error) { return {Kind::kBroken, 0, {}, std::move(error)}; }
};

}  // namespace tally
