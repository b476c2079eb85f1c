#include "apps/server/peer.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace tally {
namespace {

class SomePeer : public Peer {
 public:
  explicit SomePeer(Peers& peers) : peers_(peers) {}
  void Start() override {}
  void Close() override {
    closed = true;
    peers_.Remove(this);
  }
  void Wait() {
    SetDeadline(std::chrono::minutes(60));
    std::this_thread::sleep_for(std::chrono::microseconds(10));  // so that no two begin to wait at the same time
  }

  void Go() { ClearDeadline(); }

  bool closed = false;

 private:
  Peers& peers_;
};

class MemoryOfPeers : public testing::Test {
 protected:
  static constexpr size_t kHalf = Peers::kHeldBytesMax / 2;

  // A peer that waits from now on and holds `bytes`.
  std::shared_ptr<SomePeer> Add(size_t bytes) {
    auto peer = std::make_shared<SomePeer>(peers_);
    peers_.Add(peer, Peers::Port::kText, Peers::Admission::kWithin);
    peer->Wait();
    peers_.Hold(*peer, bytes);
    return peer;
  }

  Peers peers_{/*clients_max=*/1};
};

TEST_F(MemoryOfPeers, IsSummedUpAndGivenBack) {
  auto a = Add(1000), b = Add(2000);
  EXPECT_EQ(peers_.held_bytes(), 3000);
  peers_.Hold(*a, 10);
  EXPECT_EQ(peers_.held_bytes(), 2010);
  b->Close();
  EXPECT_EQ(peers_.held_bytes(), 10);
}

TEST_F(MemoryOfPeers, IsTakenFromThoseThatHaveWaitedLongest) {
  auto first = Add(kHalf), second = Add(kHalf);
  first->Wait();  // it has read something meanwhile
  auto third = Add(kHalf);
  EXPECT_FALSE(first->closed);
  EXPECT_TRUE(second->closed);
  EXPECT_FALSE(third->closed);
  EXPECT_EQ(peers_.held_bytes(), 2 * kHalf);
}

TEST_F(MemoryOfPeers, IsTakenLastFromThoseThatDoNotWait) {
  auto reading = Add(kHalf), waiting = Add(kHalf);
  reading->Go();
  auto last = Add(kHalf);
  EXPECT_TRUE(waiting->closed);
  EXPECT_FALSE(reading->closed);
  peers_.Hold(*last, 2 * kHalf);
  EXPECT_TRUE(reading->closed);
}

TEST_F(MemoryOfPeers, IsNotTakenFromIdlePeersNorFromTheLatest) {
  auto idle = Add(Peers::kIdleBytes);
  auto large = Add(4 * kHalf);
  EXPECT_FALSE(idle->closed);
  EXPECT_FALSE(large->closed);
}

}  // namespace
}  // namespace tally
