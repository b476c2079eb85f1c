// Finds where the tokens of a JSON text begin. This is simdjson's first stage, and the only file that uses simdjson.
//
//   JsonTokens tokens(JsonTokens::Levels().front());
//   if (!tokens.Scan(payload)) ...;                             // not JSON: bad UTF-8, an open string ...
//   for (const uint32_t* at = tokens.begin(); *at < payload.size(); ++at) {
//     payload[*at];                                             // { } [ ] : , the quote that opens a string, or the
//   }                                                           // first byte of a run of anything else
//
// Why not simdjson's On-Demand, which continues from here? It needs readable bytes after the text, which a Kafka
// message does not promise. It hardly checks the text that it skips, and each instruction set checks differently.
// Compiler flags select its own half of the work. The first stage is selected at run time, never reads past the end (it
// copies the last block and pads it), and takes half of the time of an event (bench/decode_bench.cc). The price is the
// use of simdjson::internal, but only of the names that On-Demand's headers use too: a version that changes them does
// not compile here.
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
  // The instruction sets that this machine can scan with, fastest first. The last one is always "portable", in plain
  // C++: simdjson's own fallback reads one byte too far and accepts more than the others.
  static std::vector<std::string> Levels();

  // `level` is one of Levels().
  explicit JsonTokens(std::string_view level);
  ~JsonTokens();
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  // Finds the tokens of `text`, at most 4 GB. Returns false if it has none, is not valid UTF-8 within its strings, or
  // has a string that is not closed or holds a control character. On true, there is at least one token, and only white
  // space is between the closing quote of a string and the next token. Outside of strings, one level may accept more
  // than another. All levels agree if the caller refuses every run with a byte for which IsPlainJsonByte() is false.
  bool Scan(std::string_view text);

  // The tokens that the last Scan() found, which returned true. Two more follow, both at text.size(): a walk ends at
  // the first of them, and may pass it by one.
  const uint32_t* begin() const { return begin_; }

 private:
  class Simd;

  bool ScanPortably(std::string_view text);

  std::unique_ptr<Simd> simd_;  // null: portable
  std::vector<uint32_t> portable_;
  const uint32_t* begin_ = nullptr;
};

inline bool IsJsonSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The bytes that are allowed in numbers and words outside of strings: printable ASCII except quote and backslash.
inline bool IsPlainJsonByte(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; }

}  // namespace tally
