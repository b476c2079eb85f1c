// Where the tokens of a JSON text begin. This is simdjson's first stage, and the one place that knows simdjson.
//
//   JsonTokens tokens(JsonTokens::Levels().front());
//   if (!tokens.Scan(payload)) ...;                             // no JSON: bad UTF-8, a string left open ...
//   for (uint32_t at : tokens) payload[at];                     // { } [ ] : , the quote that opens a string, or the
//                                                               // first byte of a run of anything else
//
// Why not simdjson's On-Demand, which walks on from here? It wants readable bytes behind the text, which a Kafka
// message does not promise. What it skips it hardly checks, and not the same with every instruction set. And its own
// half of the work is chosen by compiler flags, where the first stage is chosen at run time, never reads past the end
// (it takes the last block from a padded copy of its own), and is half of the time of an event (bench/decode_bench.cc).
// The price is simdjson::internal: but what is used of it is what On-Demand's headers use, so a version that changes it
// will not compile here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

// Not thread-safe. Memory is 4 bytes for each byte of the longest text so far.
class JsonTokens {
 public:
  // The instruction sets that this machine can scan with, fastest first. The last one is always "portable", which is
  // plain C++: simdjson's own fallback reads a byte too far and lets pass what the others do not.
  static std::vector<std::string> Levels();

  // `level` is one of Levels().
  explicit JsonTokens(std::string_view level);
  ~JsonTokens();
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  // Finds the tokens of `text`, at most 4 GB. False if it has none, is no valid UTF-8 within its strings, or has a
  // string that is not closed or holds a control character. Promises on true: at least one token; between the quote
  // that closes a string and the next token is only white space. Outside of strings a level may still let pass what
  // another does not: the caller refuses every other token that is not wholly of IsPlainJsonByte(), and with that all
  // levels agree.
  bool Scan(std::string_view text);

  // The tokens that the last Scan() found; nothing if it failed. Behind them stand two more, at text.size(): whoever
  // walks on finds the end twice.
  const uint32_t* begin() const { return begin_; }
  const uint32_t* end() const { return end_; }

 private:
  class Simd;

  bool ScanPortably(std::string_view text);

  std::unique_ptr<Simd> simd_;  // null: portable
  std::vector<uint32_t> portable_;
  const uint32_t* begin_ = nullptr;
  const uint32_t* end_ = nullptr;
};

inline bool IsJsonSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// What numbers, words and junk outside of strings may consist of: printable ASCII but quote and backslash.
inline bool IsPlainJsonByte(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; }

}  // namespace tally
