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

namespace tally {

struct Parsed {
  enum class Kind {
    kNeedMore,   // no whole request yet: come back with more bytes behind these
    kRequest,    // `words`; the next call begins `consumed` bytes later
    kBroken,     // nothing behind this can be understood: say `error` and close
  };

  Kind kind = Kind::kNeedMore;
  size_t consumed = 0;
  // None: a request to be ignored. Live until the next call, or until the bytes move.
  std::span<const std::string_view> words;
  std::string error;
};

inline Parsed NeedMore() { return {}; }
inline Parsed Request(size_t consumed, std::span<const std::string_view> words) {
  return {Parsed::Kind::kRequest, consumed, words, {}};
}
inline Parsed Broken(std::string error) { return {Parsed::Kind::kBroken, 0, {}, std::move(error)}; }

}  // namespace tally
