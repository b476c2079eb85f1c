#include "apps/kafka/client_reaper.h"

#include <librdkafka/rdkafka.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <latch>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "apps/kafka/source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"

namespace tally {
namespace {

using testing::ExitedWithCode;
using testing::HasSubstr;

// A callback of a client: it closes no connection before it opens.
struct Gate {
  std::latch open{1};
};

int CloseAfter(int fd, void* gate) {
  static_cast<Gate*>(gate)->open.wait();
  return close(fd);
}

bool Eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + kPatience; !holds() && absl::Now() < end;) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  return holds();
}

class ClientReaperTest : public testing::Test {
 protected:
  ~ClientReaperTest() override {
    EXPECT_TRUE(Eventually([&] { return reaper_.overdue() == 0; }));
  }

  // A client that has a connection, and ends when the gate is open.
  rd_kafka_t* NewClient() {
    EXPECT_TRUE(reaper_.Admit().ok());
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char error[512];
    rd_kafka_conf_set(conf, "bootstrap.servers", feed_.broker().bootstrap().c_str(), error, sizeof error);
    rd_kafka_conf_set_opaque(conf, gate_.get());
    rd_kafka_conf_set_closesocket_cb(conf, &CloseAfter);
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    rd_kafka_mem_free(client, rd_kafka_clusterid(client, static_cast<int>(absl::ToInt64Milliseconds(kPatience))));
    return client;
  }

  Feed feed_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  ClientReaper& reaper_ = ClientReaper::Get();
};

TEST_F(ClientReaperTest, WaitsForTheEnd) {
  rd_kafka_t* client = NewClient();
  gate_->open.count_down();
  const std::weak_ptr<Gate> left = gate_;
  reaper_.End(client, std::move(gate_), kPatience);
  EXPECT_TRUE(left.expired());
  EXPECT_EQ(reaper_.overdue(), 0);
}

TEST_F(ClientReaperTest, WaitsNoLongerThanItsPatienceAndKeepsTheUsedObject) {
  rd_kafka_t* client = NewClient();
  const std::weak_ptr<Gate> left = gate_;
  const absl::Time began = absl::Now();
  reaper_.End(client, std::move(gate_), absl::Milliseconds(100));
  EXPECT_LT(absl::Now() - began, kPatience);
  EXPECT_EQ(reaper_.overdue(), 1);
  ASSERT_FALSE(left.expired());
  left.lock()->open.count_down();
  EXPECT_TRUE(Eventually([&] { return left.expired(); }));
}

TEST_F(ClientReaperTest, EndsAClientWhileAnotherDoesNotEnd) {
  reaper_.End(NewClient(), gate_, absl::ZeroDuration());
  const auto source = KafkaSource::Create(feed_.options(), {{{"mw", 0}, 0, 0}});
  ASSERT_TRUE(source.ok()) << source.status();
  // Its thread hangs with the first client; a second thread ends this one.
  EXPECT_EQ(reaper_.overdue(), 1);
  gate_->open.count_down();
}

TEST_F(ClientReaperTest, EndsClientsThatWereAdmittedTogetherWhileOneOfThemDoesNotEnd) {
  rd_kafka_t* hanging = NewClient();
  const std::shared_ptr<Gate> closed = std::exchange(gate_, std::make_shared<Gate>());
  gate_->open.count_down();
  std::vector<rd_kafka_t*> others;  // more than there may be idle threads of other tests
  for (int i = 0; i < 4; ++i) others.push_back(NewClient());
  reaper_.End(hanging, closed, absl::ZeroDuration());
  for (rd_kafka_t* client : others) reaper_.End(client, gate_, kPatience);
  EXPECT_EQ(reaper_.overdue(), 1);
  closed->open.count_down();
}

TEST_F(ClientReaperTest, AdmitsNoOtherClientWhileTooManyDoNotEnd) {
  std::vector<rd_kafka_t*> clients;
  for (size_t i = 0; i < ClientReaper::kOverdueMax; ++i) clients.push_back(NewClient());
  for (rd_kafka_t* client : clients) reaper_.End(client, gate_, absl::ZeroDuration());
  EXPECT_EQ(reaper_.overdue(), ClientReaper::kOverdueMax);
  EXPECT_THAT(NewConsumer(feed_.options()).status().ToString(), HasSubstr("16 unused Kafka clients"));
  gate_->open.count_down();
  EXPECT_TRUE(Eventually([&] { return reaper_.overdue() == 0; }));
  EXPECT_TRUE(NewConsumer(feed_.options()).ok());
}

// Simulates a limit on pids. The process must not belong to root, whom the limit does not concern.
void DenyThreads() {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_NPROC, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0)) std::_Exit(2);
  try {
    std::thread([] {}).join();
    std::_Exit(3);
  } catch (const std::system_error&) {
  }
}

void EndAClientWithoutThreads() {
  auto source = KafkaSource::Create({"127.0.0.1:1", "tests", {}}, {{{"mw", 0}, 0, 0}});
  if (!source.ok()) std::_Exit(4);
  DenyThreads();
  source->reset();
  // Without a thread to end it, no client is created.
  std::_Exit(NewConsumer({"127.0.0.1:1", "tests", {}}).ok() ? 5 : 0);
}

TEST(ClientReaperDeathTest, EndsAClientIfNoThreadCanBeCreated) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(EndAClientWithoutThreads(), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tally
