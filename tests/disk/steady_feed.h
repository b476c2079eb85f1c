// Produces events in a separate thread while a test does something else.
//
//   SteadyFeed feed(broker, seed);
//   node = Tallyd::Start({"--topics", feed.topic(), ...});
//   feed.Stop();                        // feed.produced() no longer changes
#pragma once

#include <atomic>
#include <random>
#include <string>
#include <thread>

#include "apps/system_clock.h"
#include "gtest/gtest.h"
#include "tests/testing/game_events.h"
#include "tests/testing/kafka_broker.h"

namespace tally {

// The constructor creates a topic of two partitions and starts the thread. No other code may use the broker meanwhile.
class SteadyFeed {
 public:
  SteadyFeed(KafkaBroker& broker, uint64_t seed)
      : broker_(broker), topic_(broker.UniqueTopic("mw")), random_(seed), events_(seed, SystemClock().Now()) {
    EXPECT_TRUE(broker_.CreateTopic(topic_, 2).ok());
    thread_ = std::thread([this] {
      while (!stopping_) {
        const auto partition = static_cast<int32_t>(random_() % 2);
        EXPECT_TRUE(broker_.Produce(topic_, partition, events_.Make(0, 1 + random_() % 500)).ok());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  }
  ~SteadyFeed() { Stop(); }

  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

  const std::string& topic() const { return topic_; }
  uint64_t produced() const { return events_.made(); }  // REQUIRES: stopped

 private:
  KafkaBroker& broker_;
  const std::string topic_;
  std::mt19937_64 random_;
  GameEvents events_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tally
