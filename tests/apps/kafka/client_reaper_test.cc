#include "apps/kafka/handles.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <latch>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"

namespace tally {
namespace {

// Of a client's callbacks: no connection is closed before it is let go.
struct Gate {
  std::latch open{1};
};

int CloseBehind(int fd, void* gate) {
  static_cast<Gate*>(gate)->open.wait();
  return close(fd);
}

class EndClientTest : public testing::Test {
 protected:
  EndClientTest() {
    ConfHandle conf(rd_kafka_conf_new());
    char error[512];
    rd_kafka_conf_set(conf.get(), "bootstrap.servers", feed_.broker().bootstrap().c_str(), error, sizeof error);
    rd_kafka_conf_set_opaque(conf.get(), gate_.get());
    rd_kafka_conf_set_closesocket_cb(conf.get(), &CloseBehind);
    client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.release(), error, sizeof error));
    // Now it has a connection.
    char* id = rd_kafka_clusterid(client_.get(), static_cast<int>(absl::ToInt64Milliseconds(kPatience)));
    rd_kafka_mem_free(client_.get(), id);
  }

  Feed feed_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  ClientHandle client_;
};

TEST_F(EndClientTest, WaitsForTheEnd) {
  const std::weak_ptr<Gate> left = gate_;
  gate_->open.count_down();
  EndClient(std::move(client_), std::move(gate_), kPatience);
  EXPECT_TRUE(left.expired());
}

TEST_F(EndClientTest, WaitsNoLongerThanItIsToldToAndKeepsWhatIsUsed) {
  const std::weak_ptr<Gate> left = gate_;
  const absl::Time began = absl::Now();
  EndClient(std::move(client_), std::move(gate_), absl::Milliseconds(100));
  EXPECT_LT(absl::Now() - began, kPatience);
  ASSERT_FALSE(left.expired());
  left.lock()->open.count_down();
  for (const absl::Time end = absl::Now() + kPatience; !left.expired() && absl::Now() < end;) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_TRUE(left.expired());
}

}  // namespace
}  // namespace tally
