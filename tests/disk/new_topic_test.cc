// A topic that is new while the disk fails: where it begins cannot be saved, so that nothing of it is read. The others
// do not wait for that.
#include <cerrno>

#include "tests/disk/bad_disk.h"
#include "tests/kafka/node_test_base.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

using testing::HasSubstr;

class NewTopic : public NodeTest {
 protected:
  void StartAt(const std::string& brokers) {
    auto node = Tallyd::Start({"--brokers", brokers, "--topics", topic_ + "," + new_, "--data", disk_->path() + "/data",
                               "--set", "kafka.group=" + group_},
                              disk_->launcher());
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }

  const std::string new_ = broker_.UniqueTopic("new");
  const std::unique_ptr<BadDisk> disk_ = NewFailingDisk(EIO);
};

TEST_F(NewTopic, IsReadOnceItsStartIsSavedAndTheOthersAtOnce) {
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
  Await("the reason", [&] { return node_->Http("/readyz").find("Input/output error") != std::string::npos; });
  EXPECT_THAT(node_->Http("/readyz"), HasSubstr(" 503 "));
  EXPECT_EQ(node_->Info("events_read"), "20");

  disk_->Mend();
  ExpectRead(30);
  Await("ready", [&] { return node_->Http("/readyz").find(" 200 ") != std::string::npos; });
  EXPECT_EQ(CountOf("login"), "20");
  EXPECT_EQ(CountOf("new"), "10");
  Stop();
}

}  // namespace
}  // namespace tally
