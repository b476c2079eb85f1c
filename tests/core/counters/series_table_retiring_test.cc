// How a table frees names and numbers. tests/core/counters/retiring_test.cc has the same for a whole node.
#include <memory>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "core/counters/series_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/counters/series_table_fixture.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SeriesTableRetiring, FreesNameAndNumber) {
  auto table = MakeTable();
  Admitted(*table, "stats:mw:login");
  EXPECT_THAT(Retire(*table, {"stats:mw:login"}), ElementsAre(0));
  EXPECT_EQ(table->Find("stats:mw:login"), kNoSeries);
  EXPECT_EQ(table->NameIfLive(0), "");
  EXPECT_THAT(NamesOf(*table), IsEmpty());
}

TEST(SeriesTableRetiring, GivesTheNumberToTheNextNewName) {
  auto table = MakeTable();
  Admitted(*table, "stats:mw:login"), Admitted(*table, "stats:mw:buy");
  Retire(*table, {"stats:mw:login"});
  EXPECT_EQ(table->Admit(kStats, "stats:mw:quit"), 0u);
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), 2u);
}

TEST(SeriesTableRetiring, KeepsASeriesThatIsAdmittedMeanwhile) {
  auto table = MakeTable();
  SeriesId id = table->Admit(kStats, "stats:mw:login");
  table->BeginRetiring({&id, 1});
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), id);
  EXPECT_THAT(FinishRetiring(*table, {id}), IsEmpty());
}

TEST(SeriesTableRetiring, KeepsAnOtherThatIsCountedMeanwhile) {
  auto table = MakeTable(/*series_max=*/0);
  SeriesId id = table->Admit(kStats, "stats:mw:login");
  table->BeginRetiring({&id, 1});
  EXPECT_EQ(table->Admit(kStats, "stats:mw:buy"), id);
  EXPECT_THAT(FinishRetiring(*table, {id}), IsEmpty());
}

TEST(SeriesTableRetiring, IgnoresLookupsMeanwhile) {
  auto table = MakeTable();
  SeriesId id = table->Admit(kStats, "stats:mw:login");
  table->BeginRetiring({&id, 1});
  EXPECT_EQ(table->Find("stats:mw:login"), id);
  EXPECT_THAT(FinishRetiring(*table, {id}), ElementsAre(id));
}

TEST(SeriesTableRetiring, KeepsWhatIsUsed) {
  auto table = MakeTable();
  Admitted(*table, "stats:mw:login"), Admitted(*table, "stats:mw:buy");
  std::vector<SeriesId> ids = {0, 1};
  table->BeginRetiring(ids);
  EXPECT_THAT(table->FinishRetiring(ids, [](SeriesId id) { return id == 1; }), ElementsAre(1));
  EXPECT_THAT(NamesOf(*table), ElementsAre("stats:mw:login"));
}

TEST(SeriesTableRetiring, FreesANumberOneCallLater) {
  auto table = MakeTable();
  SeriesId id = table->Admit(kStats, "stats:mw:login");
  table->BeginRetiring({&id, 1});
  EXPECT_THAT(FinishRetiring(*table, {id}), ElementsAre(id));
  EXPECT_EQ(table->Admit(kStats, "stats:mw:buy"), 1u);
  FinishRetiring(*table, {});
  EXPECT_EQ(table->Admit(kStats, "stats:mw:quit"), id);
}

TEST(SeriesTableRetiring, KeepsTheNumberForEveryPinFromBefore) {
  auto table = MakeTable();
  Admitted(*table, "stats:mw:login");
  auto pin = std::make_unique<SeriesTable::Pin>(*table), another = std::make_unique<SeriesTable::Pin>(*table);
  Retire(*table, {"stats:mw:login"});
  SeriesTable::Pin later(*table);
  for (auto* held : {&another, &pin}) {
    EXPECT_EQ(table->Name(0), "stats:mw:login");
    EXPECT_NE(table->Admit(kStats, Cat("stats:mw:", held == &pin)), 0u);
    held->reset();
    FinishRetiring(*table, {});
  }
  EXPECT_EQ(table->Admit(kStats, "stats:mw:buy"), 0u);
}

TEST(SeriesTableRetiring, FindsNothingRetiredUnderALaterPin) {
  auto table = MakeTable();
  Admitted(*table, "stats:mw:login");
  SeriesTable::Pin pin(*table);
  Retire(*table, {"stats:mw:login"});
  SeriesTable::Pin later(*table);
  EXPECT_EQ(table->Find("stats:mw:login"), kNoSeries);
  EXPECT_EQ(table->NameIfLive(0), "");
  EXPECT_EQ(table->size(), 0u);
  EXPECT_THAT(NamesOf(*table), IsEmpty());
  EXPECT_EQ(table->Admit(kStats, "stats:mw:login"), 1u);
  EXPECT_EQ(table->NameIfLive(0), "");
  EXPECT_EQ(table->NameIfLive(1), "stats:mw:login");
}

// The numbers bound the memory of the table.
TEST(SeriesTableRetiring, CountsANumberTowardsTheLimitUntilItIsFree) {
  auto table = MakeTable(/*series_max=*/1);
  Admitted(*table, "stats:mw:login");
  {
    SeriesTable::Pin pin(*table);
    Retire(*table, {"stats:mw:login"});
    EXPECT_EQ(Admitted(*table, "stats:mw:buy"), "stats:mw:~other");
  }
  FinishRetiring(*table, {});
  EXPECT_EQ(Admitted(*table, "stats:mw:buy"), "stats:mw:buy");
}

TEST(SeriesTableRetiring, FreesAnyNumberOfSeriesAtOnce) {
  auto table = MakeTable(/*series_max=*/1'000'000);
  std::vector<std::string> names;
  for (size_t i = 0; i < 2 * SeriesTable::kChunk + 1; ++i) names.push_back(Admitted(*table, Cat("stats:mw:", i)));
  EXPECT_THAT(Retire(*table, names), SizeIs(names.size()));
  for (size_t i = 0; i < names.size(); ++i) EXPECT_LT(table->Admit(kStats, Cat("stats:hh:", i)), names.size());
}

}  // namespace
}  // namespace tally
