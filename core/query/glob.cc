#include "core/query/glob.h"

#include <algorithm>

#include "core/base/strings.h"

namespace tally {
namespace {

uint8_t Byte(char c) { return static_cast<uint8_t>(c); }

}  // namespace

absl::StatusOr<Glob> Glob::Parse(std::string_view pattern) {
  if (pattern.size() > kBytesMax) {
    return InvalidArgument("expected a glob of at most ", kBytesMax, " bytes, got ", pattern.size());
  }
  return Glob(pattern);
}

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

// A star may match nothing, so the element after it is reached too.
void Glob::Reach(size_t elements, Reached& reached) const {
  const bool star = elements < elements_.size() && elements_[elements].kind == Kind::kStar;
  const size_t last = star ? elements + 1 : elements;
  if (last >= reached.size()) reached.resize(last + 1);
  reached[elements] = reached[last] = 1;
}

Glob::Reached Glob::Step(const Reached& reached, char c) const {
  Reached next;
  next.reserve(reached.size() + 2);
  for (size_t i = 0; i < reached.size() && i < elements_.size(); ++i) {
    if (reached[i] && Takes(elements_[i], c)) Reach(elements_[i].kind == Kind::kStar ? i : i + 1, next);
  }
  return next;
}

// Follows all ways to match at once: after each part of the name, the set of elements that can be matched. A byte
// matches one element at most, so the set is small for the metric's bytes. A value may match all elements.
bool Glob::CanMatchSeries(std::string_view metric, uint32_t values) const {
  Reached reached;
  Reach(0, reached);
  for (char c : metric) reached = Step(reached, c);
  for (uint32_t value = 0; value < values; ++value) {
    reached = Step(reached, ':');
    for (size_t i = 0; i < reached.size() && i < elements_.size(); ++i) {
      if (reached[i] && TakesSomeValueByte(elements_[i])) Reach(i + 1, reached);
    }
  }
  return reached.size() > elements_.size();
}

}  // namespace tally
