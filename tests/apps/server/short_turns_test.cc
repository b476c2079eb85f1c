#include "apps/server/short_turns.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include "gtest/gtest.h"

namespace tally {
namespace {

// A policy that was set from outside the process, by nice or chrt, stays.
TEST(ShortTurns, KeepTheThreadsNiceValue) {
  std::thread([] {
    const int nice = std::min(getpriority(PRIO_PROCESS, 0) + 1, 19);
    ASSERT_EQ(setpriority(PRIO_PROCESS, 0, nice), 0);
    AskForShortTurns();
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), nice);
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
  }).join();
}

TEST(ShortTurns, LeaveAnotherPolicyAlone) {
  std::thread([] {
    const sched_param none{};
    ASSERT_EQ(sched_setscheduler(0, SCHED_BATCH, &none), 0);
    AskForShortTurns();
    EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
  }).join();
}

}  // namespace
}  // namespace tally
