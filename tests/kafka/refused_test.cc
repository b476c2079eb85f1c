// Brokers that answer, but refuse the node, or name an address at which they cannot be reached. /readyz says which.
#include <algorithm>

#include "tests/kafka/node_test_base.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr absl::Duration kNamed = absl::Seconds(10);  // after this time at the latest, /readyz says it

class Refused : public NodeTest {
 protected:
  // Expects that /readyz contains all of `parts` in time.
  void ExpectReadyz(const std::vector<std::string>& parts) {
    const absl::Time deadline = absl::Now() + kNamed;
    std::string page;
    const auto has_all = [&] {
      page = node_->Http("/readyz");
      return std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return page.find(part) != page.npos; });
    };
    while (!has_all() && absl::Now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(has_all()) << page << node_->process().Stderr();
  }
};

TEST_F(Refused, AnUnreachableAdvertisedAddressIsNamed) {
  CreateTopic();
  Produce(3, "login");
  StartAt(broker_.lost_bootstrap());
  const std::string where = Cat("broker 1 at ", KafkaBroker::kNowhere, " cannot be reached: Connection refused");
  ExpectReadyz({" 503 ", where});
  Start();
  ExpectRead(3);
  Stop();
  StartAt(broker_.lost_bootstrap());  // continues from a checkpoint
  ExpectReadyz({" 503 ", where});
  Stop();
}

TEST_F(Refused, AGroupAndATopicThatAreNotAuthorizedAreNamed) {
  auto broker = KafkaBroker::Start(KafkaBroker::Jvm::kQuickStart, KafkaBroker::WithAcls());
  ASSERT_TRUE(broker.ok()) << broker.status();
  ASSERT_TRUE((*broker)->CreateTopic(topic_, 1).ok());
  ASSERT_TRUE((*broker)->CreateTopic("secret", 1).ok());
  Produce(**broker, 3, "login");
  const std::string& bootstrap = (*broker)->bootstrap();
  StartAt(bootstrap);
  ExpectRead(3);
  ExpectReadyz({" 200 "});
  Stop();

  ASSERT_TRUE((*broker)->DenyGroup(group_).ok());
  ASSERT_TRUE((*broker)->DenyTopic("secret").ok());
  const std::string group = Cat("group ", group_, " is not authorized");
  StartAt(bootstrap, {"--topics", topic_ + ",secret"});  // it is not needed to continue
  ExpectReadyz({" 200 ", "offsets are not committed: " + group, "not authorized: topic secret"});
  Stop();
  TempDir empty;
  auto node = Tallyd::Start(Arguments(bootstrap, empty, {}));  // a first start waits for it
  ASSERT_TRUE(node.ok()) << node.status();
  node_ = *std::move(node);
  ExpectReadyz({" 503 ", group});
  Stop();
}

}  // namespace
}  // namespace tally
