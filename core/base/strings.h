// Concatenates strings, and makes a Status from them.
//
//   return InvalidArgument("partition ", partition, ": expected an offset, got '", text, "'");
//
// Not absl::StrCat: in some builds of Abseil, absl::string_view is a separate type, and std::string_view does not
// convert to it. This code uses std::string_view everywhere; only this header converts between the two.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace tally {

inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view FromAbsl(absl::string_view s) { return {s.data(), s.size()}; }

// Whether two ASCII texts are equal, apart from upper and lower case.
inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

inline void Append(std::string& out, std::string_view part) { out.append(part); }
inline void Append(std::string& out, char part) { out.push_back(part); }

// The decimal digits of an integer, without an allocation.
class IntegerText {
 public:
  template <std::integral Int>
  explicit IntegerText(Int n) : end_(std::to_chars(digits_, digits_ + sizeof digits_, n).ptr) {}
  IntegerText(const IntegerText&) = delete;
  IntegerText& operator=(const IntegerText&) = delete;

  std::string_view text() const { return {digits_, end_}; }

 private:
  char digits_[24];
  const char* end_;
};

template <std::integral Int>
requires(!std::same_as<Int, char> && !std::same_as<Int, bool>) void Append(std::string& out, Int part) {
  out.append(IntegerText(part).text());
}

template <typename... Parts>
std::string Cat(const Parts&... parts) {
  std::string out;
  (Append(out, parts), ...);
  return out;
}

template <typename... Parts>
absl::Status InvalidArgument(const Parts&... parts) {
  return absl::InvalidArgumentError(Cat(parts...));
}

// Returns the same error with `context` and ": " before its message. OK stays OK.
inline absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), Cat(context, ": ", FromAbsl(status.message())));
}

}  // namespace tally
