// Redis' globs: * any bytes, ? one byte, [a-z] and [^a] one byte of a set, \ takes the next byte literally.
//
//   ASSIGN_OR_RETURN(Glob glob, Glob::Parse("stats:mw:log*"));
//   glob.Matches("stats:mw:login");   // true
//   glob.prefix();                    // "stats:mw:log": every match begins with it
//
// Any bytes are a glob: a set that is not closed ends with the text. Matching takes at most as many steps as the square
// of the name's length, and as the product of both lengths: a mismatch goes back to the last * only.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tally {

// Immutable.
class Glob {
 public:
  // The limit of a pattern, so that one request cannot hold the server's thread. All commands that take a glob have it.
  // Names may be longer: a glob with a * matches them.
  static constexpr size_t kBytesMax = 4096;

  // The only error: `pattern` is longer than kBytesMax.
  static absl::StatusOr<Glob> Parse(std::string_view pattern);

  bool Matches(std::string_view name) const;

  // The bytes that the glob begins with before any wildcard. With no wildcard at all, the one name that matches.
  const std::string& prefix() const { return prefix_; }
  bool has_wildcard() const { return prefix_.size() < elements_.size(); }

  // Whether a name can match that consists of `metric` and then `values` times ':' and any bytes but ':'.
  bool CanMatchSeries(std::string_view metric, uint32_t values) const;

  // The largest costs of Parse() and of CanMatchSeries(), in units of work (core/base/task.h).
  static uint64_t ParseWork(std::string_view pattern) { return 1 + pattern.size() / 16; }
  uint64_t CanMatchSeriesWork(std::string_view metric, uint32_t values) const {
    const size_t longest = std::min(metric.size(), elements_.size());
    return 1 + (metric.size() * longest + (values + 1) * elements_.size()) / 128;
  }

 private:
  using Set = std::bitset<256>;
  enum class Kind : uint8_t { kByte, kAny, kSet, kStar };
  struct Element {
    Kind kind = Kind::kByte;
    char byte = 0;     // of kByte
    uint32_t set = 0;  // of kSet
  };
  // By the number of elements already matched. The last is true.
  using Reached = std::vector<char>;

  explicit Glob(std::string_view pattern);

  size_t ParseSet(std::string_view pattern, size_t at);
  bool Takes(const Element& element, char c) const;
  bool TakesSomeValueByte(const Element& element) const;
  void Reach(size_t elements, Reached& reached) const;
  Reached Step(const Reached& reached, char c) const;

  std::vector<Element> elements_;  // never two stars side by side
  std::vector<Set> sets_;
  std::string prefix_;
};

}  // namespace tally
