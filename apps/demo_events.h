// Generates realistic events of five games, for a person to watch. The same seed gives the same stream.
//
//   DemoEvents events(/*seed=*/1);
//   DemoEvents::Event event = events.Next(now);
//   // {"mw", R"({"time":1307284245000,"game":"mw","call":"login","user":42317,"source":"feed"})"}
//
// Each game has its own mix of calls and its own share of the stream; the share rises and falls slowly over the hour.
// Most events are up to two seconds old, some are minutes old, a few are many hours old. One in kBrokenEvery is cut off
// in the middle. So the stream shows every fate but `filtered`.
//
// Not thread-safe. Reads no clock.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

class DemoEvents {
 public:
  static constexpr std::array<std::string_view, 5> kGames = {"mw", "hh", "dd", "ml", "bi"};
  static constexpr uint32_t kUsersPerGame = 50'000;
  static constexpr uint32_t kBrokenEvery = 10'000;
  static constexpr uint32_t kMinutesLateEvery = 500;
  static constexpr uint32_t kHoursLateEvery = 20'000;
  static constexpr uint32_t kAheadEvery = 50'000;  // a producer whose clock is an hour fast

  struct Event {
    std::string_view game;     // the topic's name
    std::string_view payload;  // lives until the next call
    uint32_t user = 0;
  };

  explicit DemoEvents(uint64_t seed) : random_(seed) {}

  Event Next(Timestamp now);

 private:
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  size_t PickGame(Timestamp now);
  std::string_view PickCall(size_t game);
  Timestamp PickTime(Timestamp now);

  std::mt19937_64 random_;
  std::string payload_;
};

}  // namespace tally
