// A node that runs within a test, with a clock of the test's.
//
//   Config config = NodeConfig(broker.bootstrap(), "mw", data);
//   auto node = StartNode(config, {}, clock);
//   EXPECT_TRUE(Eventually([&] { return RecordsRead(*node, "mw") == 10; }));
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "apps/config/config.h"
#include "apps/node/node.h"
#include "gtest/gtest.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// Reads a log from its start, counts `stats` by game and call at the records' own time, and saves often; all else is as
// by default.
inline Config NodeConfig(const std::string& brokers, const std::string& topic, const TempDir& data) {
  Config config;
  config.kafka.brokers = brokers;
  config.kafka.topics = {topic};
  config.kafka.start = {.kind = StartPoint::Kind::kEarliest, .time = {}};
  config.kafka.threads = 1;
  config.event.time = "@timestamp";
  config.metrics = {{"stats", {{"game", "game"}, {"call", "call"}}, "", {}}};
  config.checkpoint.dir = data.path();
  config.checkpoint.interval = absl::Milliseconds(50);
  config.server.listen = config.server.http = {"127.0.0.1", 0};
  return config;
}

// Null, and a failure of the test, if it does not start.
inline std::unique_ptr<Node> StartNode(const Config& config, const NodeOptions& options, const Clock& clock) {
  auto node = Node::Open(config, options, clock);
  const absl::Status started = node.ok() ? (*node)->Start() : node.status();
  EXPECT_TRUE(started.ok()) << started;
  return started.ok() ? *std::move(node) : nullptr;
}

// Of the topic, whatever became of them.
inline uint64_t RecordsRead(Node& node, std::string_view topic) {
  uint64_t read = 0;
  for (const PartitionStatus& partition : node.counters().Partitions()) {
    if (partition.place.topic != topic) continue;
    for (uint64_t n : partition.state.fates) read += n;
  }
  return read;
}

// Whether it holds, at the latest after so long as nothing takes.
template <typename Condition>
bool Eventually(Condition holds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!holds() && absl::Now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return holds();
}

}  // namespace tally
