// Generates events of five games for tests on a real broker, and keeps the counts that a node must have.
//
//   GameEvents events(seed, now);
//   broker.Produce(topic, 0, events.Make(/*game=*/2, 1000));
//   EXPECT_EQ(dump.counts, events.counts());
//
// All event times are in the last half hour, so that no event is late or in the future while a test runs.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/time/time.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"

namespace tally {

class GameEvents {
 public:
  static constexpr std::array<const char*, 5> kGames = {"mw", "hh", "dd", "ml", "bi"};

  GameEvents(uint64_t seed, Timestamp now) : random_(seed), now_(now) {}

  // One event in a hundred is broken, and one in a hundred has no call.
  std::vector<Message> Make(size_t game, size_t n);

  const Counts& counts() const { return counts_; }
  uint64_t made() const { return made_; }
  uint64_t counted() const { return counted_; }
  uint64_t broken() const { return broken_; }
  uint64_t incomplete() const { return incomplete_; }

 private:
  std::mt19937_64 random_;
  Timestamp now_;
  Counts counts_;
  uint64_t made_ = 0;
  uint64_t counted_ = 0;
  uint64_t broken_ = 0;
  uint64_t incomplete_ = 0;
};

}  // namespace tally
