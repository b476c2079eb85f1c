// Two real nodes with known counts, the second with a password. Both read from a broker inside the test process.
//
//   KnownNode node;
//   TestClient client(node.port_number());
//   EXPECT_EQ(client.Ask("HGET stats:mw:2011_0605_1430 login"), "3\nEND\n");
//
// The clock is that of the events and stands at 14:32, so that replies do not depend on the time of the test.
//
//   minute  series            count
//   14:30   stats:mw:login    3
//   14:30   stats:mw:buy      1
//   14:30   stats:hh:login    2
//   14:31   stats:mw:login    5
//   14:32   stats:mw:logout   1
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/node_in_test.h"
#include "tests/testing/tallyd.h"

namespace tally {

class KnownNode {
 public:
  static constexpr char kPassword[] = "hunter2";

  KnownNode() {
    feed_.Create("mw", 1);
    Produce(3, "14:30:01", "mw", "login");
    Produce(1, "14:30:02", "mw", "buy");
    Produce(2, "14:30:03", "hh", "login");
    Produce(5, "14:31:59", "mw", "login");
    Produce(1, "14:32:00", "mw", "logout");
    std::ofstream(dir_ / "password") << kPassword << "\n";
    node_ = Start("open", {});
    protected_ = Start("protected", {"--set", "server.password_file=" + (dir_ / "password")});
    EXPECT_TRUE(Eventually([&] { return node_->Query({"GET", "stats:mw:login"}) == "5"; })) << Log();
  }

  const std::string& port() const { return node_->port(); }
  uint16_t port_number() const { return node_->port_number(); }
  const std::string& protected_port() const { return protected_->port(); }
  uint16_t protected_port_number() const { return protected_->port_number(); }

  // Stops the node, produces a login of mw at 14:31, and starts the node again on the same port.
  void RestartWithOneMoreEvent() {
    const auto stopped = node_->Stop();
    EXPECT_TRUE(stopped.ok() && *stopped == 0) << Log();
    Produce(1, "14:31:59", "mw", "login");
    const absl::Status started = node_->StartAgain();
    EXPECT_TRUE(started.ok()) << started;
  }

 private:
  void Produce(size_t n, const std::string& time, const std::string& game, const std::string& call) {
    feed_.Produce("mw", 0, std::vector<std::string>(n, EventAt(time, game, call)));
  }

  std::unique_ptr<Tallyd> Start(const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"--brokers", feed_.broker().bootstrap(), "--topics", "mw", "--data",
                                          dir_ / name};
    for (const char* setting : {"kafka.start=earliest", "retention.clock=event", "checkpoint.interval=100ms"}) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    arguments.insert(arguments.end(), {"--set", "kafka.group=" + name});
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto node = Tallyd::Start(arguments);
    EXPECT_TRUE(node.ok()) << node.status();
    TALLY_CHECK(node.ok());
    return *std::move(node);
  }

  std::string Log() const { return node_->process().Stderr(); }

  TempDir dir_{"tally-clients"};
  Feed feed_;
  std::unique_ptr<Tallyd> node_;
  std::unique_ptr<Tallyd> protected_;
};

}  // namespace tally
