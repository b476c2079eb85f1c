// A topic that is new while the disk fails: its start offsets cannot be saved, so the node does not read it. The other
// topics do not wait for it.
#include <cerrno>

#include "tests/disk/bad_disk.h"
#include "tests/kafka/node_test_base.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NewTopic : public NodeTest {
 protected:
  void StartAt(const std::string& brokers) {
    auto node = Tallyd::Start({"--brokers", brokers, "--topics", topic_ + "," + new_, "--data", disk_->path() + "/data",
                               "--set", "kafka.group=" + group_, "--set", "checkpoint.interval=50ms"},
                              disk_->launcher());
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }

  const std::string new_ = broker_.UniqueTopic("new");
  const std::unique_ptr<BadDisk> disk_ = NewFailingDisk(EIO);
};

TEST_F(NewTopic, IsReadAfterItsStartOffsetIsSavedAndOthersDoNotWait) {
  CreateTopic();
  Produce(10, "login");
  StartAt(broker_.bootstrap());
  ExpectRead(10);
  Stop();
  ASSERT_TRUE(broker_.CreateTopic(new_, 1).ok());
  ASSERT_TRUE(broker_.Produce(new_, 0, Events(10, "new")).ok());
  Produce(10, "login");

  TcpProxy proxy(broker_.bootstrap());
  proxy.Hold();
  StartAt(proxy.bootstrap());
  disk_->Break();
  proxy.Release();
  ExpectRead(20);
  Await("a stale checkpoint", [&] { return node_->Info("checkpoint_stale") == "1"; });
  AwaitLine(new_ + ":0 begins at offset 0");
  EXPECT_THAT(node_->Http("/readyz"), AllOf(HasSubstr("ready\ndata directory "), HasSubstr("\nstale checkpoint: ")));
  EXPECT_EQ(node_->Info("events_read"), "20");

  disk_->Repair();
  ExpectRead(30);
  EXPECT_EQ(CountOf("login"), "20");
  EXPECT_EQ(CountOf("new"), "10");
  Stop();
}

}  // namespace
}  // namespace tally
