#include "apps/kafka/broker_address.h"

#include "apps/config/endpoint.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"

namespace tally {
namespace {

using testing::AnyOf;

TEST(BrokerAddress, IsReachedIfSomethingListensThere) {
  Feed feed;
  const Endpoint at = *ParseEndpoint(feed.broker().bootstrap());
  EXPECT_TRUE(TryToConnect({at.host, at.port}, kPatience).ok());
}

TEST(BrokerAddress, IsNotReachedIfNothingListensThere) {
  EXPECT_EQ(TryToConnect({"127.0.0.1", 1}, kPatience), absl::UnavailableError("Connection refused"));
}

TEST(BrokerAddress, IsNotReachedIfTheNameIsUnknown) {
  EXPECT_FALSE(TryToConnect({"no-such-host.invalid", 9092}, kPatience).ok());
}

}  // namespace
}  // namespace tally
