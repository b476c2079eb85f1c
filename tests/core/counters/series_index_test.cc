#include "core/counters/series_index.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

struct NamedIndex {
  NameRef Insert(SeriesId id, std::string_view name) {
    NameRef ref = names.Add(id, name);
    index.Insert(ref);
    return ref;
  }
  SeriesId Find(std::string_view name) const {
    SeriesIndex::Hash hash = SeriesIndex::HashOf(name);
    return index.Find(name, hash, index.Candidate(hash));
  }

  SeriesNames names;
  SeriesIndex index{names};
};

TEST(SeriesIndex, FindsWhatWasInserted) {
  NamedIndex at;
  at.Insert(7, "stats:mw:login");
  at.Insert(8, "stats:mw:buy");
  EXPECT_EQ(at.Find("stats:mw:login"), 7u);
  EXPECT_EQ(at.Find("stats:mw:buy"), 8u);
}

TEST(SeriesIndex, FindsNothingElse) {
  NamedIndex at;
  EXPECT_EQ(at.Find("stats:mw:login"), kNoSeries);
  at.Insert(7, "stats:mw:login");
  EXPECT_EQ(at.Find("stats:mw:logi"), kNoSeries);
  EXPECT_EQ(at.Find(""), kNoSeries);
}

TEST(SeriesIndex, ShowsAHiddenNameToItsWriterOnly) {
  NamedIndex at;
  NameRef ref = at.Insert(7, "stats:mw:login");
  at.index.Hide(ref);
  EXPECT_TRUE(at.index.IsHidden(ref));
  EXPECT_EQ(at.Find("stats:mw:login"), kNoSeries);
  EXPECT_EQ(at.index.FindHiddenToo("stats:mw:login"), ref);
  at.index.Show(ref);
  EXPECT_FALSE(at.index.IsHidden(ref));
  EXPECT_EQ(at.Find("stats:mw:login"), 7u);
}

TEST(SeriesIndex, DoesNotFindARemovedName) {
  NamedIndex at;
  NameRef ref = at.Insert(7, "stats:mw:login");
  at.index.Hide(ref);
  at.index.Remove(ref);
  EXPECT_EQ(at.index.FindHiddenToo("stats:mw:login"), kNoName);
  EXPECT_EQ(at.index.size(), 0u);
}

TEST(SeriesIndexDeathTest, DiesOfTheRemovalOfANameThatReadersMaySee) {
  NamedIndex at;
  NameRef ref = at.Insert(7, "stats:mw:login");
  EXPECT_DEATH(at.index.Remove(ref), "check failed");
}

TEST(SeriesIndex, KeepsAllThatItHasWhenItGrows) {
  NamedIndex at;
  std::vector<NameRef> refs;
  for (SeriesId id = 0; id < 100'000; ++id) refs.push_back(at.Insert(id, Cat("s", id)));
  for (SeriesId id = 0; id < 100'000; id += 3) at.index.Hide(refs[id]);
  for (SeriesId id = 0; id < 100'000; id += 6) at.index.Remove(refs[id]);
  for (SeriesId id = 100'000; id < 300'000; ++id) at.Insert(id, Cat("s", id));
  for (SeriesId id = 0; id < 300'000; ++id) {
    bool hidden = id < 100'000 && id % 3 == 0;
    EXPECT_EQ(at.Find(Cat("s", id)), hidden ? kNoSeries : id);
    EXPECT_EQ(at.index.FindHiddenToo(Cat("s", id)) == kNoName, hidden && id % 6 == 0);
  }
}

TEST(SeriesIndex, StaysSmallWhileNamesComeAndGo) {
  NamedIndex at;
  for (SeriesId id = 0; id < 10'000; ++id) {
    NameRef ref = at.Insert(id, Cat("s", id));
    at.index.Hide(ref);
    at.index.Remove(ref);
    at.names.Free(ref);
  }
  for (const auto& slots : at.index.TakeOutgrown()) EXPECT_EQ(slots->size(), 64u);
}

TEST(SeriesIndex, IsReadWhileItGrows) {
  NamedIndex at;
  constexpr SeriesId kNames = 100'000;
  std::atomic<SeriesId> inserted{0};
  std::thread reader([&] {
    for (SeriesId id = 0; id < kNames;) {
      if (id >= inserted) continue;
      std::string name = Cat("s", id);
      EXPECT_EQ(at.Find(name), id);
      EXPECT_EQ(at.Find(Cat("t", id)), kNoSeries);
      ++id;
    }
  });
  for (SeriesId id = 0; id < kNames; ++id) at.Insert(id, Cat("s", id)), ++inserted;
  reader.join();
}

}  // namespace
}  // namespace tally
