#include "apps/server/long_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NoPeer : public Peer {
 public:
  void Start() override {}
  void Close() override {}
};

// The largest number of running requests, numbered from 0, and some that wait.
class LongRequestsTest : public testing::Test {
 protected:
  static constexpr size_t kRunning = LongRequests::kRunningMax;

  LongRequestsTest() {
    for (size_t i = 0; i < kRunning + 3; ++i) {
      peers_.emplace_back();
      EXPECT_EQ(requests_.Enter(peers_[i], [this, i] { resumed_.push_back(i); }), i < kRunning);
    }
  }

  LongRequests requests_;
  std::deque<NoPeer> peers_;
  std::vector<size_t> resumed_;
};

TEST_F(LongRequestsTest, ContinueInOrderOfArrival) {
  EXPECT_THAT(resumed_, IsEmpty());
  requests_.Leave(peers_[2]);
  requests_.Leave(peers_[0]);
  EXPECT_THAT(resumed_, ElementsAre(kRunning, kRunning + 1));
}

TEST_F(LongRequestsTest, MakeRoomOnceIfOneLeavesTwice) {
  requests_.Leave(peers_[0]);
  requests_.Leave(peers_[0]);
  EXPECT_THAT(resumed_, ElementsAre(kRunning));
}

TEST_F(LongRequestsTest, ForgetOneThatLeavesWhileItWaits) {
  requests_.Leave(peers_[kRunning]);
  requests_.Leave(peers_[0]);
  EXPECT_THAT(resumed_, ElementsAre(kRunning + 1));
}

TEST_F(LongRequestsTest, RunAtOnceIfThereIsRoomAgain) {
  for (NoPeer& peer : peers_) requests_.Leave(peer);
  EXPECT_TRUE(requests_.Enter(peers_[0], [] {}));
}

}  // namespace
}  // namespace tally
