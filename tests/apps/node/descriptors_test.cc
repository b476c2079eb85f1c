#include "apps/node/descriptors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>

namespace tally {
namespace {

// Runs in its own process, because a lowered limit stays lowered. Prints the result of RoomForClients().
[[noreturn]] void Ask(rlim_t soft, rlim_t hard, size_t clients_max) {
  const rlimit limit{soft, hard};
  setrlimit(RLIMIT_NOFILE, &limit);
  auto room = RoomForClients(clients_max, /*kafka_clients=*/1);
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  std::cerr << (room.ok() ? std::to_string(*room) : std::string(room.status().message())) << " of " << now.rlim_cur;
  std::_Exit(0);  // no exit handlers: the threads that they would join are those of the parent
}

// Reserved for a node with one Kafka client: 128 + 64, and 2 * 64 for clients that are told that the node is full.
TEST(RoomForClients, RaisesTheLimitAsFarAsNeeded) {
  EXPECT_EXIT(Ask(400, 2000, 1000), testing::ExitedWithCode(0), "1000 of 1320");
}

TEST(RoomForClients, LeavesALimitThatIsEnough) {
  EXPECT_EXIT(Ask(1800, 2000, 1000), testing::ExitedWithCode(0), "1000 of 1800");
}

TEST(RoomForClients, IsTheRestAfterTheReservedDescriptors) {
  EXPECT_EXIT(Ask(400, 420, 1000), testing::ExitedWithCode(0), "100 of 420");
}

TEST(RoomForClients, NamesTheNeededLimitIfThereIsNoRoom) {
  EXPECT_EXIT(Ask(320, 320, 1000), testing::ExitedWithCode(0), "expected a limit of more than 320 open files, got 320");
}

}  // namespace
}  // namespace tally
