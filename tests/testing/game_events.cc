#include "tests/testing/game_events.h"

#include "core/base/strings.h"

namespace tally {

std::vector<Message> GameEvents::Make(size_t game, size_t n) {
  std::vector<Message> messages;
  messages.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    ++made_;
    uint64_t kind = random_() % 100;
    if (kind == 0) {
      ++broken_;
      messages.push_back({.payload = R"({"time":1307284245,"game":"mw","call")"});
      continue;
    }
    // The test computes the minute with its own code, so that it does not repeat a mistake of the node.
    absl::Time time = absl::FromUnixMillis(now_.millis()) - absl::Milliseconds(random_() % 1'800'000);
    std::string payload = Cat(R"({"time":)", absl::ToUnixMillis(time), R"(,"game":")", kGames[game], R"(","user":)",
                              random_() % 1'000'000, R"(,"ip":"10.1.2.3","v":3,"source":"feed")");
    if (kind == 1) {
      ++incomplete_;
    } else {
      std::string call = Cat("call", random_() % 200);
      Append(payload, Cat(R"(,"call":")", call, '"'));
      std::string minute = absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
      ++counts_[{minute, Cat("stats:", kGames[game], ":", call)}];
      ++counted_;
    }
    messages.push_back({.payload = payload + "}"});
  }
  return messages;
}

}  // namespace tally
