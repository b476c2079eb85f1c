#include "core/counters/series_order.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

class SeriesOrderTest : public testing::Test {
 protected:
  NameRef Add(std::string_view name) {
    NameRef ref = names_.Add(0, name);
    order_.Add(ref);
    return ref;
  }

  std::vector<std::string> From(std::string_view name) {
    std::vector<std::string> all;
    for (auto at = order_.From(name); at != order_.end(); ++at) all.emplace_back(names_.name(*at));
    return all;
  }

  SeriesNames names_;
  SeriesOrder order_{names_};
};

TEST_F(SeriesOrderTest, BeginsWithTheFirstNameThatIsNotBefore) {
  for (const char* name : {"c", "a", "b"}) Add(name);
  EXPECT_THAT(From(""), ElementsAre("a", "b", "c"));
  EXPECT_THAT(From("b"), ElementsAre("b", "c"));
  EXPECT_THAT(From("bb"), ElementsAre("c"));
  EXPECT_THAT(From("d"), ElementsAre());
}

TEST_F(SeriesOrderTest, PutsWhatCameSinceItWasAskedBetweenTheOthers) {
  Add("a"), Add("c");
  EXPECT_THAT(From(""), ElementsAre("a", "c"));
  Add("d"), Add("b");
  EXPECT_THAT(From(""), ElementsAre("a", "b", "c", "d"));
}

TEST_F(SeriesOrderTest, RemovesANameThatNobodyAskedForYet) {
  Add("a");
  NameRef b = Add("b");
  order_.Remove(b);
  EXPECT_THAT(From(""), ElementsAre("a"));
}

TEST_F(SeriesOrderTest, OrdersMoreNamesThanMayWait) {
  std::mt19937 random(1);
  std::set<std::string> expected;
  while (expected.size() < 2 * SeriesOrder::kWaitingMax + 3) {
    std::string name = Cat("stats:", random());
    if (expected.insert(name).second) Add(name);
  }
  EXPECT_THAT(From(""), ElementsAreArray(expected));
}

}  // namespace
}  // namespace tally
