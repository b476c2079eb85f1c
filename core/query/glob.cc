#include "core/query/glob.h"

#include <algorithm>

namespace tally {
namespace {

uint8_t Byte(char c) { return static_cast<uint8_t>(c); }

}  // namespace

Glob::Glob(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at++];
    if (c == '*') {
      if (elements_.empty() || elements_.back().kind != Kind::kStar) elements_.push_back({Kind::kStar});
    } else if (c == '?') {
      elements_.push_back({Kind::kAny});
    } else if (c == '[') {
      at = ParseSet(pattern, at);
    } else {
      if (c == '\\' && at < pattern.size()) c = pattern[at++];
      elements_.push_back({Kind::kByte, c});
    }
  }
  for (const Element& element : elements_) {
    if (element.kind != Kind::kByte) break;
    prefix_.push_back(element.byte);
  }
}

// `at` is after the '['. Returns the position after the set. Redis reads a set the same way, odd ones too: in "[a-]"
// the range is from 'a' to ']', and a range may be reversed.
size_t Glob::ParseSet(std::string_view pattern, size_t at) {
  Set set;
  bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      set.set(Byte(pattern[at + 1]));
      at += 2;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      auto [first, last] = std::minmax({Byte(pattern[at]), Byte(pattern[at + 2])});
      for (int byte = first; byte <= last; ++byte) set.set(static_cast<size_t>(byte));
      at += 3;
    } else {
      set.set(Byte(pattern[at++]));
    }
  }
  if (at < pattern.size()) ++at;
  elements_.push_back({Kind::kSet, 0, static_cast<uint32_t>(sets_.size())});
  sets_.push_back(negated ? ~set : set);
  return at;
}

bool Glob::Takes(const Element& element, char c) const {
  switch (element.kind) {
    case Kind::kByte:
      return element.byte == c;
    case Kind::kSet:
      return sets_[element.set][Byte(c)];
    case Kind::kAny:
    case Kind::kStar:
      break;
  }
  return true;
}

bool Glob::Matches(std::string_view name) const {
  constexpr size_t kNone = static_cast<size_t>(-1);
  size_t element = 0;
  size_t at = 0;
  size_t star = kNone;  // the last star, and the position in the name where the rest after it was tried
  size_t tried_at = 0;
  while (at < name.size()) {
    if (element < elements_.size() && elements_[element].kind == Kind::kStar) {
      star = element++;
      tried_at = at;
    } else if (element < elements_.size() && Takes(elements_[element], name[at])) {
      ++element;
      ++at;
    } else if (star != kNone) {
      element = star + 1;
      at = ++tried_at;
    } else {
      return false;
    }
  }
  if (element < elements_.size() && elements_[element].kind == Kind::kStar) ++element;
  return element == elements_.size();
}

bool Glob::TakesSomeValueByte(const Element& element) const {
  if (element.kind == Kind::kByte) return element.byte != ':';
  if (element.kind != Kind::kSet) return true;
  Set others = sets_[element.set];
  return others.reset(':').any();
}

void Glob::PassStars(Reached& reached) const {
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (reached[i] && elements_[i].kind == Kind::kStar) reached[i + 1] = true;
  }
}

Glob::Reached Glob::Step(const Reached& reached, char c) const {
  Reached next(reached.size());
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (!reached[i] || !Takes(elements_[i], c)) continue;
    next[elements_[i].kind == Kind::kStar ? i : i + 1] = true;
  }
  PassStars(next);
  return next;
}

// Follows all ways to match at once: after each part of the name, the set of elements that can be matched.
bool Glob::CanMatchSeries(std::string_view metric, uint32_t values) const {
  Reached reached(elements_.size() + 1);
  reached[0] = true;
  PassStars(reached);
  for (char c : metric) reached = Step(reached, c);
  for (uint32_t value = 0; value < values; ++value) {
    reached = Step(reached, ':');
    for (size_t i = 0; i < elements_.size(); ++i) {
      if (reached[i] && TakesSomeValueByte(elements_[i])) reached[i + 1] = true;
    }
  }
  return reached[elements_.size()];
}

}  // namespace tally
