#include "storage/stored_rows.h"

#include <map>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/read_rows.h"
#include "tests/storage/counted.h"
#include "tests/storage/stored.h"

namespace tally {
namespace {

using testing::IsEmpty;

// A store in memory.
class RowStore {
 public:
  // Writes a checkpoint like a store.
  void Write(const Changes& changes, const MetricRows& metrics) {
    last_changes_.clear();
    const HeaderRow header = known_.Next(changes, metrics, [&](auto key, auto value) { Apply(key, value); });
    known_.Take(header, changes, metrics);
  }

  CheckpointContents Load() const {
    auto reader = NewRowsReader(rows_.at(HeaderKey()));
    TALLY_CHECK(reader.ok());
    for (const auto& [key, value] : rows_) TALLY_CHECK((*reader)->Take(key, value).ok());
    auto contents = (*reader)->Finish();
    EXPECT_TRUE(contents.ok()) << contents.status();
    return *std::move(contents);
  }

  void Reload() { known_ = StoredRows(Load()); }
  const Rows& rows() const { return rows_; }
  const std::map<std::string, std::optional<std::string>>& last_changes() const { return last_changes_; }
  const StoredRows& known() const { return known_; }

 private:
  void Apply(std::string_view key, std::optional<std::string_view> value) {
    last_changes_[std::string(key)] = value;
    if (value) {
      rows_[std::string(key)] = *value;
    } else {
      rows_.erase(std::string(key));
    }
  }

  StoredRows known_;
  Rows rows_;
  std::map<std::string, std::optional<std::string>> last_changes_;  // of the last checkpoint; nullopt: deleted
};

Rows RowsFrom(const CheckpointContents& contents) {
  Rows rows;
  AllRows(contents, [&](std::string_view key, std::optional<std::string_view> value) {
    EXPECT_TRUE(value) << key;
    EXPECT_TRUE(rows.emplace(key, value.value_or("")).second) << key;
  });
  return rows;
}

TEST(StoredRows, WriteACheckpointIntoAnyStore) {
  RowStore store;
  store.Write(SomeChanges(), SomeMetrics());
  const CheckpointContents contents = store.Load();
  EXPECT_EQ(contents.header.sequence, 1u);
  EXPECT_EQ(contents.header.blocks, 2u);
  EXPECT_EQ(contents.header.series, 3u);
  EXPECT_EQ(contents.header.partitions, 2u);
  EXPECT_EQ(contents.header.metrics, 2u);
  EXPECT_EQ(store.rows(), RowsFrom(contents));
}

TEST(StoredRows, WriteOnlyTheChanges) {
  RowStore store;
  store.Write(SomeChanges(), SomeMetrics());
  Changes changes;
  changes.partitions = SomeChanges().partitions;
  changes.blocks = {{{MinuteAt("14:30"), 0}, Packed({{1, 8}})}};
  store.Write(changes, SomeMetrics());
  EXPECT_EQ(store.last_changes().size(), 1u + 2 + 2 + 1 + 2 + 1);  // block, partitions, metrics, event, links, header
  EXPECT_EQ(store.last_changes().at(LinkKey(1)), std::nullopt);
  EXPECT_EQ(store.last_changes().at(LinkKey(2)), "");
}

TEST(StoredRows, DeleteRowsThatAreGone) {
  RowStore store;
  store.Write(SomeChanges(), SomeMetrics());
  Changes changes;
  changes.blocks = {{{MinuteAt("14:31"), 1}, ""}, {{MinuteAt("09:00"), 7}, ""}};
  changes.series = {{300, ""}, {17, ""}};
  changes.partitions = SomeChanges().partitions;
  store.Write(changes, {"format=json", {}});
  const CheckpointContents contents = store.Load();
  EXPECT_EQ(contents.header.blocks, 1u);
  EXPECT_EQ(contents.header.series, 2u);
  EXPECT_EQ(store.last_changes().at(MetricKey("stats")), std::nullopt);
  EXPECT_THAT(contents.metrics.metrics, IsEmpty());
}

// A write with an unknown outcome does not change the known rows, so the next write repeats it.
TEST(StoredRows, AreUnchangedByNextWithoutTake) {
  RowStore store;
  store.Write(SomeChanges(), SomeMetrics());
  Changes changes = SomeChanges();
  changes.blocks.push_back({{MinuteAt("14:35"), 0}, Packed({{0, 1}})});
  auto ignore = [](std::string_view, std::optional<std::string_view>) {};
  const HeaderRow lost = store.known().Next(changes, SomeMetrics(), ignore);
  const HeaderRow again = store.known().Next(changes, SomeMetrics(), ignore);
  EXPECT_EQ(HeaderValue(again), HeaderValue(lost));
  EXPECT_EQ(again.blocks, 3u);
}

TEST(StoredRows, WithoutRowsContinueIdentityAndSequence) {
  StoredRows rows;
  rows.set_node("0123456789abcdef");
  auto ignore = [](std::string_view, std::optional<std::string_view>) {};
  rows.Take(rows.Next(SomeChanges(), SomeMetrics(), ignore), SomeChanges(), SomeMetrics());
  const HeaderRow header = rows.WithoutRows().Next({}, {}, ignore);
  EXPECT_EQ(header.node, "0123456789abcdef");
  EXPECT_EQ(header.sequence, 2u);
  EXPECT_EQ(header.blocks + header.series + header.partitions + header.metrics, 0u);
}

TEST(StoredRows, ContainTheCountsOfANode) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    CountedEvents events(random, /*calls=*/400);
    RowStore store;
    for (int i = 0; i < 20; ++i) {
      events.Count(30);
      if (random() % 3 == 0) events.PassMinutes(1);
      store.Write(events.node().counters().Cut(), SomeMetrics());
      events.node().counters().MarkSaved();
      if (random() % 4 == 0) store.Reload();
      ASSERT_EQ(TotalsOf(store.Load()), events.totals()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tally
