#include "storage/rows.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/encoding.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::HasSubstr;

const TopicPartition kPartition{"mw", 3};

PartitionState SomeState() {
  return {.next = 42,
          .fates = {1, 2, 3, 4, 5, 600},
          .newest_event_time = TimeAt("14:30"),
          .newest_timestamp = TimeAt("14:31"),
          .cluster = "4L6g3nShT-eMCtK--X86sw",
          .last = RecordMark{41, TimeAt("14:31"), 0x123456789abcdef0},
          .gaps = {{7, 9, TimeAt("14:32")}, {INT64_MAX, 0, TimeAt("14:33")}}};
}

HeaderRow SomeHeader() {
  return {.node = "0123456789abcdef",
          .sequence = 300,
          .horizon = MinuteAt("10:30"),
          .clock = TimeAt("14:30:05"),
          .partitions = 1,
          .series = 2,
          .blocks = 300,
          .metrics = 4};
}

std::string Encoded(std::string_view key, std::string_view value) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::kHeader:
      return HeaderValue(*HeaderOf(value));
    case RowKind::kMetric:
      return MetricValue(*MetricOf(key, value));
    case RowKind::kPartition:
      return PartitionValue(PartitionOf(key, value)->state);
    case RowKind::kSeries:
      return SeriesOf(key, value)->name;
    case RowKind::kBlock:
      return std::string(BlockOfRow(key, value)->second.bytes());
    case RowKind::kLink:
      return "";
    case RowKind::kEvent:
      break;
  }
  return std::string(value);
}

absl::Status Read(std::string_view key, std::string_view value) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::kHeader:
      return HeaderOf(value).status();
    case RowKind::kMetric:
      return MetricOf(key, value).status();
    case RowKind::kPartition:
      return PartitionOf(key, value).status();
    case RowKind::kSeries:
      return SeriesOf(key, value).status();
    case RowKind::kBlock:
      return BlockOfRow(key, value).status();
    case RowKind::kLink:
      return LinkOf(key, value).status();
    case RowKind::kEvent:
      break;
  }
  return absl::OkStatus();
}

void ExpectDamaged(const std::string& key, const std::string& value) {
  EXPECT_EQ(Read(key, value).code(), absl::StatusCode::kDataLoss) << testing::PrintToString(value);
}

TEST(Rows, HeaderKeepsAllFields) {
  auto header = HeaderOf(HeaderValue(SomeHeader()));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->node, "0123456789abcdef");
  EXPECT_EQ(header->sequence, 300u);
  EXPECT_EQ(header->horizon, MinuteAt("10:30"));
  EXPECT_EQ(header->clock, TimeAt("14:30:05"));
  EXPECT_EQ(header->partitions, 1u);
  EXPECT_EQ(header->series, 2u);
  EXPECT_EQ(header->blocks, 300u);
  EXPECT_EQ(header->metrics, 4u);
}

TEST(Rows, HeaderKeepsMinimumAndMaximumTimes) {
  for (Minute horizon : {Minute::Min(), Minute::Max()}) {
    for (Timestamp clock : {Timestamp::Min(), Timestamp::Max()}) {
      auto header = HeaderOf(HeaderValue({.node = "", .horizon = horizon, .clock = clock}));
      ASSERT_TRUE(header.ok()) << header.status();
      EXPECT_EQ(header->horizon, horizon);
      EXPECT_EQ(header->clock, clock);
    }
  }
}

TEST(Rows, HeaderOfAnyVersionBeginsWithItsVersion) {
  EXPECT_EQ(*VersionOf(HeaderValue(SomeHeader())), kFormatVersion);
  EXPECT_EQ(*VersionOf(std::string("\x04") + "then anything"), 4u);
  EXPECT_EQ(*VersionOf(std::string("\xac\x02", 2)), 300u);
  EXPECT_TRUE(absl::IsDataLoss(VersionOf("").status()));
}

TEST(Rows, HeaderOfAnotherVersionIsRefused) {
  ExpectDamaged(HeaderKey(), "\x04" + HeaderValue(SomeHeader()).substr(1));
}

TEST(Rows, HeaderWithAnInvalidTimeIsRefused) {
  auto header = [](int64_t horizon, int64_t clock) {
    std::string value = "\x03";
    PutText(value, "node");
    PutVarint(value, 1);
    PutSigned(value, horizon), PutSigned(value, clock);
    return value + std::string(4, '\0');
  };
  EXPECT_TRUE(HeaderOf(header(INT32_MAX, 0)).ok());
  ExpectDamaged(HeaderKey(), header(int64_t{INT32_MAX} + 1, 0));
  ExpectDamaged(HeaderKey(), header(int64_t{INT32_MIN} - 1, 0));
  ExpectDamaged(HeaderKey(), header(0, Timestamp::kLimitMillis + 1));
  ExpectDamaged(HeaderKey(), header(0, INT64_MIN));
}

TEST(Rows, PartitionKeepsItsNameAndState) {
  auto partition = PartitionOf(PartitionKey(kPartition), PartitionValue(SomeState()));
  ASSERT_TRUE(partition.ok()) << partition.status();
  EXPECT_EQ(partition->topic_partition, kPartition);
  EXPECT_EQ(partition->state, SomeState());
}

TEST(Rows, PartitionKeepsExtremeValues) {
  for (PartitionState state : {PartitionState{}, SomeState(),
                               PartitionState{.next = INT64_MAX,
                               .fates = {UINT64_MAX},
                               .newest_event_time = Timestamp::Min(),
                               .newest_timestamp = Timestamp::Max()},
                               PartitionState{.next = 1,
                               .newest_timestamp = TimeAt("14:30"),
                               .last = RecordMark{0, Timestamp::Min(), UINT64_MAX},
                               .gaps = std::vector<Gap>(PartitionState::kGapsMax)}}) {
    auto partition = PartitionOf(PartitionKey({"a.b-c_D", INT32_MAX}), PartitionValue(state));
    ASSERT_TRUE(partition.ok()) << partition.status();
    EXPECT_EQ(partition->state, state);
    EXPECT_EQ(partition->topic_partition, (TopicPartition{"a.b-c_D", INT32_MAX}));
  }
}

TEST(Rows, PartitionWithAnInvalidKeyIsRefused) {
  std::string value = PartitionValue(SomeState());
  for (const std::string& key : {std::string("p"), std::string("pmw"), std::string("pmw\0\0\0\0", 7),
                                 std::string("pmw\0\0\0\0\0\0", 9), std::string("pmw\0\x80\0\0\0", 8)}) {
    ExpectDamaged(key, value);
  }
}

TEST(Rows, PartitionWithAnInvalidOffsetIsRefused) {
  std::string value;
  PutVarint(value, uint64_t{INT64_MAX} + 1);
  ExpectDamaged(PartitionKey(kPartition), value + std::string(8, '\0'));
}

TEST(Rows, PartitionWithAnInvalidPresenceByteIsRefused) {
  ExpectDamaged(PartitionKey(kPartition), std::string(7, '\0') + "\x02" + std::string("\0\0", 2));
}

TEST(Rows, MetricKeepsItsKnownFromAndFingerprint) {
  for (const MetricRow& metric : {MetricRow{MinuteAt("14:30"), "by=game"}, MetricRow{Minute::Min(), ""}}) {
    auto read = MetricOf(MetricKey("stats"), MetricValue(metric));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, metric);
  }
  ExpectDamaged(MetricKey("stats"), "");
}

TEST(Rows, SeriesKeepsItsNumberAndName) {
  auto series = SeriesOf(SeriesKey(0x01020304), "stats:mw:login");
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->id, 0x01020304u);
  EXPECT_EQ(series->name, "stats:mw:login");
}

TEST(Rows, SeriesWithoutANameOrNumberIsRefused) {
  ExpectDamaged(SeriesKey(1), "");
  ExpectDamaged(SeriesKey(kNoSeries), "stats");
  ExpectDamaged("s", "stats");
  ExpectDamaged(SeriesKey(1) + "x", "stats");
}

TEST(Rows, BlockKeepsItsMinuteAndCounts) {
  for (Minute minute : {MinuteAt("14:30"), Minute::FromIndex(-1), Minute::Min(), Minute::Max()}) {
    BlockCounts counts{};
    counts[7] = 42;
    auto block = BlockOfRow(BlockRowKey({minute, 3}), Block::Pack(counts).bytes());
    ASSERT_TRUE(block.ok()) << block.status();
    EXPECT_EQ(block->first, (BlockKey{minute, 3}));
    EXPECT_EQ(block->second.count(7), 42u);
  }
}

TEST(Rows, BlocksSortByMinuteAndNumber) {
  std::vector<BlockKey> keys = {{Minute::Min(), 0},          {Minute::FromIndex(-1), 9}, {Minute::FromIndex(0), 0},
                                {Minute::FromIndex(0), 256}, {MinuteAt("14:30"), 1},     {Minute::Max(), 0}};
  for (size_t i = 1; i < keys.size(); ++i) EXPECT_LT(BlockRowKey(keys[i - 1]), BlockRowKey(keys[i]));
}

TEST(Rows, InvalidBlockIsRefusedWithItsKey) {
  absl::Status status = Read(BlockRowKey({MinuteAt("14:30"), 3}), "\x01");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("row 'c\\x81"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("expected a block, got 1 bytes"));
  ExpectDamaged("c", "");
  ExpectDamaged(BlockRowKey({MinuteAt("14:30"), 3}) + "x", "\x01\x01\x03\x01");
}

TEST(Rows, LinkKeepsItsSequence) {
  EXPECT_EQ(*LinkOf(LinkKey(300), ""), 300u);
  ExpectDamaged(LinkKey(300), "x");
  ExpectDamaged(LinkKey(300) + "x", "");
  ExpectDamaged("l", "");
}

// Values are changed, shortened and lengthened at random. A value that can be read is written with the same bytes.
TEST(Rows, HaveOneEncoding) {
  BlockCounts counts{};
  counts[7] = 42, counts[200] = 1;
  std::vector<std::pair<std::string, std::string>> rows = {
      {HeaderKey(), HeaderValue(SomeHeader())},
      {MetricKey("stats"), MetricValue({MinuteAt("14:30"), "by=game"})},
      {PartitionKey(kPartition), PartitionValue(SomeState())},
      {BlockRowKey({MinuteAt("14:30"), 3}), std::string(Block::Pack(counts).bytes())}};
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    auto [key, value] = rows[random() % rows.size()];
    for (uint32_t n = random() % 3; n > 0; --n) value[random() % value.size()] = static_cast<char>(random());
    if (random() % 3 == 0) value.resize(random() % (value.size() + 3));
    absl::Status status = Read(key, value);
    if (status.ok()) {
      ASSERT_EQ(Encoded(key, value), value);
    } else {
      ASSERT_TRUE(absl::IsDataLoss(status)) << status;
    }
  }
}

}  // namespace
}  // namespace tally
