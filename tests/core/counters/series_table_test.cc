#include "core/counters/series_table.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/counters/series_table_fixture.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The result of a shard's own lookup.
SeriesId Looked(const SeriesTable& table, std::string_view name) {
  SeriesIndex::Hash hash = SeriesIndex::HashOf(name);
  return table.index().Find(name, hash, table.index().Candidate(hash));
}

TEST(SeriesTable, GivesDenseNumbersInTheOrderOfFirstSight) {
  auto table = MakeTable();
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), 0u);
  EXPECT_EQ(table->Admit(kStats, "stats:hh:login"), 1u);
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), 0u);
  EXPECT_EQ(table->size(), 2u);
}

TEST(SeriesTable, FindsWhatWasAdmitted) {
  auto table = MakeTable();
  SeriesId id = table->Admit(kStats, "stats:mw:login");
  EXPECT_EQ(table->Find("stats:mw:login"), id);
  EXPECT_EQ(table->Name(id), "stats:mw:login");
  EXPECT_EQ(table->NameIfLive(id), "stats:mw:login");
}

TEST(SeriesTable, FindsNothingElse) {
  auto table = MakeTable();
  table->Admit(kStats, "stats:mw:login");
  EXPECT_EQ(table->Find("stats:mw"), kNoSeries);
  EXPECT_EQ(table->Find(""), kNoSeries);
  EXPECT_EQ(table->NameIfLive(1), "");
  EXPECT_EQ(table->NameIfLive(kNoSeries), "");
}

TEST(SeriesTable, ListsByName) {
  auto table = MakeTable();
  for (std::string_view name : {"stats:mw:login", "stats:hh:login", "stats:mw:buy"}) table->Admit(kStats, name);
  table->Admit(kAll, "all");
  EXPECT_THAT(NamesOf(*table), ElementsAre("all", "stats:hh:login", "stats:mw:buy", "stats:mw:login"));
  EXPECT_THAT(NamesOf(*table, "stats:mw:"), ElementsAre("stats:mw:buy", "stats:mw:login"));
  EXPECT_THAT(NamesOf(*table, "stats:x"), IsEmpty());
}

// A walk, one call at a time.
class SeriesTableWalk : public testing::Test {
 protected:
  void Admit(int from, int to) {
    for (int i = from; i < to; ++i) table_->Admit(kStats, Cat("stats:mw:", 100'000 + i));
  }
  // Calls Next() once. Returns the numbers at the end of the names; -1 at the end of the walk.
  std::vector<int> Next(SeriesTable::Walk& walk) {
    std::vector<SeriesTable::Named> some;
    if (!walk.Next(some)) return {-1};
    std::vector<int> numbers;
    for (const SeriesTable::Named& series : some) {
      EXPECT_EQ(table_->Name(series.id), series.name);
      numbers.push_back(std::stoi(std::string(series.name.substr(9))) - 100'000);
    }
    return numbers;
  }

  std::unique_ptr<SeriesTable> table_ = MakeTable(/*series_max=*/1'000'000);
  SeriesTable::Pin pin_{*table_};
};

TEST_F(SeriesTableWalk, BeginsAtAName) {
  Admit(0, 10);
  SeriesTable::Walk walk(*table_, "stats:mw:", "stats:mw:100007x");
  EXPECT_THAT(Next(walk), IsEmpty());  // this call put names in order
  EXPECT_THAT(Next(walk), ElementsAre(8, 9));
  EXPECT_THAT(Next(walk), ElementsAre(-1));
  EXPECT_THAT(Next(walk), ElementsAre(-1));
}

TEST_F(SeriesTableWalk, TakesAChunkAtATime) {
  const int chunk = static_cast<int>(SeriesTable::kChunk);
  Admit(0, 2 * chunk + 1);
  SeriesTable::Walk walk(*table_, "stats:");
  std::vector<int> all;
  size_t calls = 0;
  for (std::vector<int> some; (some = Next(walk)) != std::vector{-1}; ++calls) {
    EXPECT_LE(some.size(), SeriesTable::kChunk);
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_GE(calls, 3u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(all.size(), 2 * SeriesTable::kChunk + 1);
}

TEST_F(SeriesTableWalk, EndsAtAFullChunk) {
  Admit(0, static_cast<int>(SeriesTable::kChunk));
  SeriesTable::Walk walk(*table_, "stats:");
  while (Next(walk).empty()) {
  }
  EXPECT_THAT(Next(walk), ElementsAre(-1));
}

// For any number of names that come meanwhile, the walk returns all earlier names, and ends.
TEST_F(SeriesTableWalk, MeetsWhatWasThereWhileOthersCome) {
  for (int i = 0; i < 20'000; i += 2) Admit(i, i + 1);
  SeriesTable::Walk walk(*table_, "");
  std::set<int> met;
  int odd = 1;
  for (std::vector<int> some; (some = Next(walk)) != std::vector{-1};) {
    for (int number : some) EXPECT_TRUE(met.insert(number).second) << number;
    for (int i = 0; i < 300 && odd < 20'000; ++i, odd += 2) Admit(odd, odd + 1);
  }
  for (int i = 0; i < 20'000; i += 2) EXPECT_TRUE(met.contains(i)) << i;
}

TEST(SeriesTable, KnowsTheMetricOfANameByItsFirstPartAndTheNumberOfItsValues) {
  auto table = MakeTable();
  EXPECT_EQ(table->MetricOf("stats:mw:login"), kStats);
  EXPECT_EQ(table->MetricOf("stats::"), kStats);
  EXPECT_EQ(table->MetricOf("all"), kAll);
  for (std::string_view name : {"stats", "stats:mw", "stats:mw:login:x", "all:", "stat:a:b", "", ":", "::"}) {
    EXPECT_EQ(table->MetricOf(name), std::nullopt) << name;
  }
}

TEST(SeriesTable, ReportsEachAdmittedSeriesOnce) {
  auto table = MakeTable();
  table->Admit(kStats, "stats:mw:login");
  table->Admit(kStats, "stats:mw:login");
  EXPECT_THAT(table->TakeAdmitted(), ElementsAre(0));
  table->Admit(kStats, "stats:mw:login");
  EXPECT_THAT(table->TakeAdmitted(), IsEmpty());
}

// The limit.

TEST(SeriesTableLimit, CountsANewSeriesBeyondItUnderOther) {
  auto table = MakeTable(/*series_max=*/1);
  EXPECT_EQ(Admitted(*table, "stats:mw:login"), "stats:mw:login");
  EXPECT_EQ(Admitted(*table, "stats:mw:buy"), "stats:mw:~other");
  EXPECT_EQ(Admitted(*table, "stats:mw:quit"), "stats:mw:~other");
  EXPECT_EQ(Admitted(*table, "stats:hh:buy"), "stats:hh:~other");
}

TEST(SeriesTableLimit, ContinuesToCountKnownSeries) {
  auto table = MakeTable(/*series_max=*/1);
  Admitted(*table, "stats:mw:login");
  Admitted(*table, "stats:mw:buy");
  EXPECT_EQ(Admitted(*table, "stats:mw:login"), "stats:mw:login");
}

TEST(SeriesTableLimit, DoesNotFindTheNameThatIsCountedUnderOther) {
  auto table = MakeTable(/*series_max=*/1);
  Admitted(*table, "stats:mw:login"), Admitted(*table, "stats:mw:buy");
  EXPECT_EQ(Looked(*table, "stats:mw:login"), 0u);
  EXPECT_EQ(Looked(*table, "stats:mw:buy"), kNoSeries);
}

TEST(SeriesTableLimit, IsNotTakenUpByOther) {
  auto table = MakeTable(/*series_max=*/2);
  Admitted(*table, "stats:mw:a"), Admitted(*table, "stats:mw:b"), Admitted(*table, "stats:mw:c");
  Retire(*table, {"stats:mw:a"});
  EXPECT_EQ(Admitted(*table, "stats:mw:d"), "stats:mw:d");
  EXPECT_EQ(Admitted(*table, "stats:mw:e"), "stats:mw:~other");
}

TEST(SeriesTableLimit, DoesNotHoldForAMetricWithoutDimensions) {
  auto table = MakeTable(/*series_max=*/1);
  Admitted(*table, "stats:mw:login");
  EXPECT_EQ(Admitted(*table, "all", kAll), "all");
}

TEST(SeriesTableLimit, IsNotTakenUpByAMetricWithoutDimensions) {
  auto table = MakeTable(/*series_max=*/1);
  Admitted(*table, "all", kAll);
  EXPECT_EQ(Admitted(*table, "stats:mw:login"), "stats:mw:login");
  EXPECT_EQ(Admitted(*table, "stats:mw:buy"), "stats:mw:~other");
  Retire(*table, {"all"});
  EXPECT_EQ(Admitted(*table, "stats:mw:buy"), "stats:mw:~other");
}

// The largest number of ~other series, one for each game.
void FillOther(SeriesTable& table) {
  for (size_t i = 0; i < SeriesTable::kOtherMax; ++i) Admitted(table, Cat("stats:g", i, ":login"));
}

TEST(SeriesTableLimit, OfOtherIsTenThousandThenEveryDimensionIsOther) {
  auto table = MakeTable(/*series_max=*/0);
  FillOther(*table);
  EXPECT_EQ(table->size(), 10'000u);
  EXPECT_EQ(Admitted(*table, "stats:one_more:login"), "stats:~other:~other");
  EXPECT_EQ(Admitted(*table, "stats:another:login"), "stats:~other:~other");
  EXPECT_EQ(Admitted(*table, "stats:g7:buy"), "stats:g7:~other");
  EXPECT_EQ(Looked(*table, "stats:one_more:login"), kNoSeries);
}

TEST(SeriesTableLimit, OfOtherIsFreeAgainOnceOneRetires) {
  auto table = MakeTable(/*series_max=*/0);
  FillOther(*table);
  Retire(*table, {"stats:g7:~other"});
  EXPECT_EQ(Admitted(*table, "stats:one_more:login"), "stats:one_more:~other");
  EXPECT_EQ(Admitted(*table, "stats:another:login"), "stats:~other:~other");
}

TEST(SeriesTableLimit, OfOtherIsOneForAMetricWithOneDimension) {
  SeriesTable table({{"calls", 1}}, 0);
  EXPECT_EQ(Admitted(table, "calls:login"), "calls:~other");
  EXPECT_EQ(Admitted(table, "calls:buy"), "calls:~other");
  EXPECT_EQ(table.size(), 1u);
}

TEST(SeriesTableLimit, TreatsAnEventsOwnOtherLikeAnyOtherSeries) {
  auto table = MakeTable(/*series_max=*/1);
  EXPECT_EQ(Admitted(*table, "stats:mw:%7Eother"), "stats:mw:%7Eother");
  EXPECT_EQ(Admitted(*table, "stats:mw:x"), "stats:mw:~other");
}

TEST(SeriesTableLimit, MayBeLowerThanWhatACheckpointHolds) {
  auto table = MakeTable(/*series_max=*/1);
  table->Restore(0, "stats:mw:a");
  table->Restore(1, "stats:mw:b");
  table->Restore(2, "stats:hh:~other");
  table->FinishRestore();
  EXPECT_EQ(Admitted(*table, "stats:mw:b"), "stats:mw:b");
  EXPECT_EQ(Admitted(*table, "stats:hh:c"), "stats:hh:~other");
  Retire(*table, {"stats:mw:a", "stats:mw:b"});
  EXPECT_EQ(Admitted(*table, "stats:mw:c"), "stats:mw:c");
}

// A checkpoint's series.

TEST(SeriesTableRestore, PutsBackNamesAndNumbers) {
  auto table = MakeTable();
  EXPECT_TRUE(table->Restore(5, "stats:mw:login"));
  EXPECT_TRUE(table->Restore(2, "all"));
  table->FinishRestore();
  EXPECT_EQ(table->Find("stats:mw:login"), 5u);
  EXPECT_EQ(table->Name(2), "all");
  EXPECT_THAT(table->TakeAdmitted(), IsEmpty());
}

TEST(SeriesTableRestore, LeavesTheNumbersBetweenFree) {
  auto table = MakeTable();
  table->Restore(3, "stats:mw:login");
  table->FinishRestore();
  std::vector<SeriesId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(table->Admit(kStats, Cat("stats:mw:", i)));
  EXPECT_THAT(ids, ElementsAre(0, 1, 2, 4));
}

TEST(SeriesTableRestore, RefusesASeriesOfNoMetricAndFreesItsNumber) {
  auto table = MakeTable();
  EXPECT_FALSE(table->Restore(0, "gone:mw"));
  EXPECT_FALSE(table->Restore(1, "stats:mw"));
  table->FinishRestore();
  EXPECT_EQ(table->size(), 0u);
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), 0u);
}

// Random names come and go. A map is the model.
TEST(SeriesTable, EqualsANaiveMap) {
  std::mt19937 random(1);
  auto table = MakeTable();
  std::map<std::string, SeriesId> model;
  for (int step = 0; step < 20'000; ++step) {
    std::string name = Cat("stats:", random() % 20, ":", random() % 20);
    if (random() % 3 > 0) {
      SeriesId id = table->Admit(kStats, name);
      auto [known, is_new] = model.emplace(name, id);
      ASSERT_EQ(known->second, id);
      for (const auto& [other, number] : model) ASSERT_TRUE(!is_new || other == name || number != id);
    } else if (model.contains(name)) {
      ASSERT_THAT(Retire(*table, {name}), ElementsAre(model[name]));
      model.erase(name);
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, id] : model) {
    names.push_back(name);
    EXPECT_EQ(table->Name(id), name);
  }
  EXPECT_EQ(NamesOf(*table), names);
}

}  // namespace
}  // namespace tally
