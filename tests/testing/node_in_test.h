// Runs a node inside the test process, with the test's clock.
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

// Returns the configuration of a node that reads the log from its start, counts `stats` by game and call at the
// records' timestamps, and saves often. Other keys have their defaults.
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

// Starts a node. If that fails, the test fails and the result is null.
inline std::unique_ptr<Node> StartNode(const Config& config, const NodeOptions& options, const Clock& clock) {
  auto node = Node::Open(config, options, clock);
  const absl::Status started = node.ok() ? (*node)->Start() : node.status();
  EXPECT_TRUE(started.ok()) << started;
  return started.ok() ? *std::move(node) : nullptr;
}

// Returns the number of records of the topic that the node has read, with any fate.
inline uint64_t RecordsRead(Node& node, std::string_view topic) {
  uint64_t read = 0;
  for (const PartitionStatus& partition : node.counters().Partitions()) {
    if (partition.topic_partition.topic != topic) continue;
    for (uint64_t n : partition.state.fates) read += n;
  }
  return read;
}

// Waits until `holds` is true. Returns false if it is not true after 30 seconds.
template <typename Condition>
bool Eventually(Condition holds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!holds() && absl::Now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return holds();
}

}  // namespace tally
