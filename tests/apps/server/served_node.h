// A node's counters without Kafka, and a server that answers from them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "apps/server/server.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/test_client.h"
#include "tests/testing/times.h"

namespace tally {

class SomeStatus : public StatusSource {
 public:
  NodeStatus Status() const override { return status; }

  NodeStatus status;  // must not change while a server runs
};

// Starts a server on free ports; counts one event of 14:30 for each of `series` calls of the game mw: call0, call1 ...
// It is 14:30:45.
struct ServedNode {
  explicit ServedNode(ServerOptions options = {}, int series = 0, NodeStatus node_status = {}) {
    status.status = std::move(node_status);
    Shard& shard = counters.AddShard();
    uint32_t slot = shard.AddPartition({"mw", 0}, {});
    std::vector<std::string> payloads;
    std::vector<Record> records;
    payloads.reserve(static_cast<size_t>(series));
    for (int i = 0; i < series; ++i) {
      payloads.push_back(EventAt("14:30:05", "mw", Cat("call", i)));
      records.push_back({slot, i, clock.Now(), std::nullopt, payloads.back()});
    }
    shard.Apply(records, clock.Now());
    counters.Tick(clock.Now());
    options.text.port = options.http.port = 0;
    server = std::make_unique<Server>(options, std::vector<Counters*>{&counters}, clock, status);
    TALLY_CHECK(server->Start().ok());
  }

  // Returns false if some remain after ten seconds.
  bool WaitForNoClients() const {
    for (absl::Time end = absl::Now() + absl::Seconds(10); server->clients() > 0; std::this_thread::yield()) {
      if (absl::Now() > end) return false;
    }
    return true;
  }

  FakeClock clock{TimeAt("14:30:45")};
  SomeStatus status;
  Counters counters{Compiled({StatsMetric()}), {}};
  std::unique_ptr<Server> server;
};

}  // namespace tally
