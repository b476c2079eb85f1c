// The configuration of a node that runs within a test: each key that a test does not set is the default.
//
//   Config config = NodeConfig(broker.bootstrap(), "mw", data);
//   auto node = Node::Open(config, {}, clock);
#pragma once

#include <string>

#include "apps/config/config.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// Reads a log from its start, counts `stats` by game and call at the records' own time, and saves often.
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

}  // namespace tally
