#include "core/counters/series_order.h"

#include <algorithm>
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

  void PlaceAll() {
    while (order_.placed() < order_.added()) order_.PlaceSome();
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
  PlaceAll();
  EXPECT_THAT(From(""), ElementsAre("a", "b", "c"));
  EXPECT_THAT(From("b"), ElementsAre("b", "c"));
  EXPECT_THAT(From("bb"), ElementsAre("c"));
  EXPECT_THAT(From("d"), ElementsAre());
}

TEST_F(SeriesOrderTest, PutsNewNamesBetweenTheOthers) {
  Add("a"), Add("c");
  PlaceAll();
  Add("d"), Add("b");
  EXPECT_THAT(From(""), ElementsAre("a", "c"));
  PlaceAll();
  EXPECT_THAT(From(""), ElementsAre("a", "b", "c", "d"));
}

TEST_F(SeriesOrderTest, RemovesAName) {
  Add("a");
  NameRef b = Add("b");
  PlaceAll();
  order_.Remove(b);
  EXPECT_THAT(From(""), ElementsAre("a"));
}

TEST_F(SeriesOrderTest, PlacesOnlySomeAtATime) {
  constexpr size_t kMore = 10;
  for (size_t i = 0; i < SeriesOrder::kPlacedAtOnce + kMore; ++i) Add(Cat("stats:", i));
  order_.PlaceSome();
  EXPECT_EQ(From("").size(), SeriesOrder::kPlacedAtOnce);
  EXPECT_EQ(order_.placed(), 0u);
  order_.PlaceSome();
  EXPECT_EQ(From("").size(), SeriesOrder::kPlacedAtOnce + kMore);
  EXPECT_EQ(order_.placed(), order_.added());
}

TEST_F(SeriesOrderTest, CountsNamesAsPlacedOnceThoseBeforeThemAre) {
  for (size_t i = 0; i < 2 * SeriesOrder::kPlacedAtOnce; ++i) Add(Cat("stats:", i));
  const uint64_t names = order_.added();
  order_.PlaceSome();
  Add("another");
  order_.PlaceSome();
  EXPECT_GE(order_.placed(), names);
  EXPECT_LT(order_.placed(), order_.added());
}

// For any number of new names and without a query, most names are placed, some at a time.
TEST_F(SeriesOrderTest, PlacesNamesAsOthersCome) {
  std::mt19937 random(1);
  std::set<std::string> expected;
  size_t most_at_once = 0;
  for (size_t placed = 0; expected.size() < 4 * SeriesOrder::kBatch + 3;) {
    std::string name = Cat("stats:", random());
    if (!expected.insert(name).second) continue;
    Add(name);
    if (expected.size() % 100 > 0) continue;
    const size_t now = From("").size();
    most_at_once = std::max(most_at_once, now - placed);
    placed = now;
  }
  EXPECT_LE(most_at_once, SeriesOrder::kPlacedAtOnce);
  EXPECT_GE(From("").size(), 2 * SeriesOrder::kBatch);
  PlaceAll();
  EXPECT_THAT(From(""), ElementsAreArray(expected));
}

}  // namespace
}  // namespace tally
