#include "core/base/task.h"

#include <memory>
#include <string>

#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

Task<int> AtOnce(int n) { return n; }

Task<int> Work(int units) {
  for (int i = 0; i < units; ++i) co_await Did(1);
  co_return units;
}

Task<std::string> WorkTwice(int units) {
  int sum = co_await Work(units);
  sum += co_await AtOnce(7);
  sum += co_await Work(units);
  co_return Cat(sum);
}

template <typename T>
int Steps(Task<T>& task) {
  int steps = 1;
  while (!task.Step()) ++steps;
  return steps;
}

constexpr int kStep = static_cast<int>(kStepWork);

TEST(Task, WithoutACoroutineIsDone) {
  Task<int> task = AtOnce(7);
  EXPECT_TRUE(task.done());
  EXPECT_TRUE(task.Step());
  EXPECT_EQ(task.Take(), 7);
}

TEST(Task, DoesNothingBeforeItsFirstStep) {
  Task<int> task = Work(0);
  EXPECT_FALSE(task.done());
  EXPECT_TRUE(task.Step());
  EXPECT_EQ(task.Take(), 0);
}

TEST(Task, PausesAfterAStepsWork) {
  Task<int> task = Work(3 * kStep + 1);
  EXPECT_EQ(Steps(task), 4);
  EXPECT_EQ(task.Take(), 3 * kStep + 1);
}

TEST(Task, CountsTheWorkOfTheTasksThatItAwaits) {
  Task<std::string> task = WorkTwice(kStep - 1);
  EXPECT_EQ(Steps(task), 2);
  EXPECT_EQ(task.Take(), Cat(2 * (kStep - 1) + 7));
}

TEST(Task, ContinuesInATaskThatItAwaits) {
  Task<std::string> task = WorkTwice(2 * kStep + 1);
  EXPECT_EQ(Steps(task), 5);
  EXPECT_EQ(task.Take(), Cat(2 * (2 * kStep + 1) + 7));
}

TEST(Task, RunsWhereItIsMoved) {
  Task<std::string> first = WorkTwice(kStep + 1);
  EXPECT_FALSE(first.Step());
  Task<std::string> task = std::move(first);
  EXPECT_TRUE(first.done());
  EXPECT_EQ(task.Finish(), Cat(2 * (kStep + 1) + 7));
}

// Each call would add a frame to the stack if the previous one stayed on it.
TEST(Task, AwaitsAnyNumberOfTasks) {
  auto many = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await Work(1);
    co_return sum;
  };
  EXPECT_EQ(many().Finish(), 1'000'000);
}

Task<int> Hold(std::shared_ptr<int> held) {
  co_await Work(2 * kStep);
  co_return *held;
}

Task<int> HoldToo(std::shared_ptr<int> held) {
  int n = co_await Hold(held);
  co_return n + *held;
}

TEST(Task, ReleasesWhatItHoldsWhenItIsCancelled) {
  auto held = std::make_shared<int>(1);
  {
    Task<int> task = HoldToo(held);
    EXPECT_FALSE(task.Step());
    EXPECT_GT(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, ReleasesWhatItHoldsWhenAnotherTakesItsPlace) {
  auto held = std::make_shared<int>(1);
  Task<int> task = HoldToo(held);
  EXPECT_FALSE(task.Step());
  { task = AtOnce(3); }
  EXPECT_EQ(task.Finish(), 3);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace tally
