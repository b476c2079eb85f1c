#include "apps/demo_events.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::array<std::string_view, 9> kCalls = {"login", "logout", "install", "request", "levelup",
                                                    "buy",   "gift",   "invite",  "share"};

// The weight of each call, by game: a village game has many gifts, a fighting game many level-ups.
constexpr std::array<std::array<uint32_t, kCalls.size()>, DemoEvents::kGames.size()> kCallWeights = {{
    {30, 22, 3, 20, 14, 4, 5, 1, 1},
    {26, 18, 2, 18, 6, 6, 20, 3, 1},
    {34, 30, 4, 12, 10, 8, 1, 1, 0},
    {22, 16, 1, 30, 4, 2, 18, 5, 2},
    {40, 36, 8, 6, 6, 3, 0, 0, 1},
}};

constexpr std::array<uint32_t, DemoEvents::kGames.size()> kGameWeights = {400, 250, 150, 120, 80};
constexpr std::array<std::string_view, 4> kSources = {"feed", "request", "ad", "direct"};
constexpr double kWave = 0.3;  // a game's weight varies by this fraction, up and down
constexpr int64_t kWavePeriodMs = 20 * 60'000;

template <typename Weights>
size_t Pick(const Weights& weights, uint32_t point) {
  size_t i = 0;
  for (; i + 1 < weights.size() && point >= weights[i]; ++i) point -= weights[i];
  return i;
}

}  // namespace

DemoEvents::Event DemoEvents::Next(Timestamp now) {
  const size_t game = PickGame(now);
  // The minimum of two random numbers: some users play more than others.
  const uint32_t user = std::min(Below(kUsersPerGame), Below(kUsersPerGame)) + 1;
  payload_ = Cat(R"({"time":)", PickTime(now).millis(), R"(,"game":")", kGames[game], R"(","call":")", PickCall(game),
                 R"(","user":)", user, R"(,"source":")", kSources[user % kSources.size()], R"("})");
  if (OneIn(kBrokenEvery)) payload_.resize(payload_.size() / 2);
  return {kGames[game], payload_, user};
}

// The waves of the games have different phases, so that the leading game changes.
size_t DemoEvents::PickGame(Timestamp now) {
  std::array<uint32_t, kGames.size()> weights;
  for (size_t game = 0; game < weights.size(); ++game) {
    const double phase = static_cast<double>(now.millis() % kWavePeriodMs) / kWavePeriodMs +
                         static_cast<double>(game) / static_cast<double>(weights.size());
    weights[game] = static_cast<uint32_t>(kGameWeights[game] * (1 + kWave * std::sin(2 * std::numbers::pi * phase)));
  }
  return Pick(weights, Below(std::accumulate(weights.begin(), weights.end(), 0u)));
}

std::string_view DemoEvents::PickCall(size_t game) {
  const auto& weights = kCallWeights[game];
  return kCalls[Pick(weights, Below(std::accumulate(weights.begin(), weights.end(), 0u)))];
}

Timestamp DemoEvents::PickTime(Timestamp now) {
  if (OneIn(kAheadEvery)) return now + absl::Hours(1);
  if (OneIn(kHoursLateEvery)) return now - absl::Hours(24 + Below(24));
  if (OneIn(kMinutesLateEvery)) return now - absl::Milliseconds(Below(10 * 60'000));
  return now - absl::Milliseconds(Below(2'000));
}

}  // namespace tally
