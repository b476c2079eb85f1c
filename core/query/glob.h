// Redis' globs: * any bytes, ? one byte, [a-z] and [^a] one byte of a set, \ takes the next byte literally.
//
//   Glob glob("stats:mw:log*");
//   glob.Matches("stats:mw:login");   // true
//   glob.prefix();                    // "stats:mw:log": every match begins with it
//
// Any bytes are a glob: a set that is not closed ends with the text. Matching takes at most as many steps as the square
// of the name's length, for every glob: a mismatch goes back to the last * only.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

// Immutable.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  bool Matches(std::string_view name) const;

  // The bytes that the glob begins with before any wildcard. With no wildcard at all, the one name that matches.
  const std::string& prefix() const { return prefix_; }
  bool has_wildcard() const { return prefix_.size() < elements_.size(); }

  // Whether a name can match that consists of `metric` and then `values` times ':' and any bytes but ':'.
  bool CanMatchSeries(std::string_view metric, uint32_t values) const;

 private:
  using Set = std::bitset<256>;
  enum class Kind : uint8_t { kByte, kAny, kSet, kStar };
  struct Element {
    Kind kind = Kind::kByte;
    char byte = 0;     // of kByte
    uint32_t set = 0;  // of kSet
  };
  using Reached = std::vector<bool>;  // by the number of elements already matched

  size_t ParseSet(std::string_view pattern, size_t at);
  bool Takes(const Element& element, char c) const;
  bool TakesSomeValueByte(const Element& element) const;
  void PassStars(Reached& reached) const;
  Reached Step(const Reached& reached, char c) const;

  std::vector<Element> elements_;  // never two stars side by side
  std::vector<Set> sets_;
  std::string prefix_;
};

}  // namespace tally
