// Timestamps and minutes. The types keep seconds, milliseconds and minutes from being mixed as bare integers.
//
//   Minute minute = MinuteOf(Timestamp::FromMillis(1307284245000));   // 2011-06-05T14:30Z
//   minute.end() - minute.start();                                     // absl::Minutes(1)
//
// Both are values; nothing here reads a clock.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include "absl/time/time.h"

namespace tally {

// A point in time: whole milliseconds since the Unix epoch, UTC; smaller units are truncated. The range is Min() to
// Max(), about 3,000 years before and after 1970. Values saturate there, so that arithmetic on numbers from outside
// cannot overflow.
class Timestamp {
 public:
  static constexpr int64_t kLimitMillis = 100'000'000'000'000;

  constexpr Timestamp() = default;
  static constexpr Timestamp FromMillis(int64_t ms) { return Timestamp(std::clamp(ms, -kLimitMillis, kLimitMillis)); }
  static constexpr Timestamp Min() { return Timestamp(-kLimitMillis); }
  static constexpr Timestamp Max() { return Timestamp(kLimitMillis); }

  constexpr int64_t millis() const { return millis_; }

  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
  friend Timestamp operator+(Timestamp t, absl::Duration d) { return FromMillis(t.millis_ + LimitedMillis(d)); }
  friend Timestamp operator-(Timestamp t, absl::Duration d) { return FromMillis(t.millis_ - LimitedMillis(d)); }
  friend absl::Duration operator-(Timestamp a, Timestamp b) { return absl::Milliseconds(a.millis_ - b.millis_); }

 private:
  constexpr explicit Timestamp(int64_t ms) : millis_(ms) {}
  static int64_t LimitedMillis(absl::Duration d) {
    return std::clamp(absl::ToInt64Milliseconds(d), -2 * kLimitMillis, 2 * kLimitMillis);
  }

  int64_t millis_ = 0;
};

// One UTC minute; index() is its number since the Unix epoch.
class Minute {
 public:
  static constexpr int64_t kMillis = 60'000;

  constexpr Minute() = default;
  static constexpr Minute FromIndex(int32_t index) { return Minute(index); }
  static constexpr Minute Min() { return Minute(INT32_MIN); }
  static constexpr Minute Max() { return Minute(INT32_MAX); }

  constexpr int32_t index() const { return index_; }
  constexpr Timestamp start() const { return Timestamp::FromMillis(index_ * kMillis); }
  constexpr Timestamp end() const { return Timestamp::FromMillis((index_ + int64_t{1}) * kMillis); }

  friend constexpr auto operator<=>(Minute, Minute) = default;
  friend constexpr Minute operator+(Minute m, int32_t n) { return Minute(m.index_ + n); }
  friend constexpr Minute operator-(Minute m, int32_t n) { return Minute(m.index_ - n); }
  template <typename H>
  friend H AbslHashValue(H state, Minute m) {
    return H::combine(std::move(state), m.index_);
  }

 private:
  constexpr explicit Minute(int32_t index) : index_(index) {}

  int32_t index_ = 0;
};

// Returns the minute that contains `t`. It rounds down, also before 1970.
constexpr Minute MinuteOf(Timestamp t) {
  int64_t ms = t.millis();
  return Minute::FromIndex(static_cast<int32_t>((ms >= 0 ? ms : ms - (Minute::kMillis - 1)) / Minute::kMillis));
}

}  // namespace tally
