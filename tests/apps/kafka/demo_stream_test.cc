#include "apps/demo_stream.h"

#include <map>
#include <set>

#include "absl/time/clock.h"
#include "apps/kafka/source.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/fake_clock.h"

namespace tally {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

constexpr Timestamp kStreamNow = Timestamp::FromMillis(1307284245000);

TEST(DemoEvents, AreEventsOfTheirGame) {
  DemoEvents events(1);
  for (int i = 0; i < 1000; ++i) {
    const DemoEvents::Event event = events.Next(kStreamNow);
    if (!event.payload.ends_with('}')) continue;  // one of the broken ones
    EXPECT_THAT(std::string(event.payload),
                MatchesRegex(Cat(R"(\{"time":13[0-9]+,"game":")", event.game,
                                 R"(","call":"[a-z]+","user":[0-9]+,"source":"[a-z]+"\})")));
  }
}

TEST(DemoEvents, AreTheSameForTheSameSeed) {
  DemoEvents a(1), b(1), c(2);
  bool differs = false;
  for (int i = 0; i < 1000; ++i) {
    const std::string payload(a.Next(kStreamNow).payload);
    EXPECT_EQ(payload, b.Next(kStreamNow).payload);
    differs = differs || payload != c.Next(kStreamNow).payload;
  }
  EXPECT_TRUE(differs);
}

TEST(DemoEvents, ShowEveryGameAndAFewBrokenLateOrFutureOnes) {
  DemoEvents events(1);
  std::map<std::string_view, int> games;
  int broken = 0, late = 0, ahead = 0;
  constexpr int kCount = 1'000'000;
  for (int i = 0; i < kCount; ++i) {
    const DemoEvents::Event event = events.Next(kStreamNow);
    ++games[event.game];
    broken += event.payload.ends_with('}') ? 0 : 1;
    int64_t time = 0;
    std::from_chars(event.payload.data() + 8, event.payload.data() + event.payload.size(), time);
    late += time < (kStreamNow - absl::Hours(4)).millis() ? 1 : 0;
    ahead += time > kStreamNow.millis() ? 1 : 0;
  }
  EXPECT_EQ(games.size(), DemoEvents::kGames.size());
  EXPECT_GT(games["mw"], games["bi"]);
  EXPECT_NEAR(broken, kCount / DemoEvents::kBrokenEvery, 40);
  EXPECT_NEAR(late, kCount / DemoEvents::kHoursLateEvery, 40);
  EXPECT_NEAR(ahead, kCount / DemoEvents::kAheadEvery, 20);
}

TEST(DemoEvents, ChangeTheirRateWithTime) {
  DemoEvents events(1);
  std::set<int> shares;  // of mw, in tenths
  for (int minute = 0; minute < 20; ++minute) {
    int mw = 0;
    for (int i = 0; i < 10'000; ++i) mw += events.Next(kStreamNow + absl::Minutes(minute)).game == "mw" ? 1 : 0;
    shares.insert(mw / 500);
  }
  EXPECT_GT(shares.size(), 2u);
}

class Counting : public RecordSink {
 public:
  void OnRecords(std::span<const Record> records) override {
    for (const Record& record : records) last = record.payload;
    records_read += records.size();
  }
  void OnEnd(uint32_t, int64_t) override {}
  void OnStopped(uint32_t, std::string reason) override { ADD_FAILURE() << reason; }
  void OnOutOfRange(uint32_t slot) override { ADD_FAILURE() << slot; }

  uint64_t records_read = 0;
  std::string last;
};

// Polls until this many records were read.
void ReadUntil(uint64_t records, KafkaSource& source, Counting& sink) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (sink.records_read < records && absl::Now() < deadline) {
    ASSERT_TRUE(source.Poll(absl::Milliseconds(50), sink).ok());
  }
  EXPECT_EQ(sink.records_read, records);
}

TEST(DemoStream, ProducesAsManyEventsAsAreDue) {
  Feed feed;
  std::vector<KafkaSource::Assignment> assignments;
  for (std::string_view game : DemoEvents::kGames) {
    feed.Create(std::string(game), 2);
    for (int32_t partition = 0; partition < 2; ++partition) {
      assignments.push_back({{std::string(game), partition}, static_cast<uint32_t>(assignments.size()), 0});
    }
  }
  FakeClock clock(kStreamNow);
  DemoStream::Options options;
  options.brokers = feed.broker().bootstrap();
  options.rate = 10'000;
  options.partitions = 2;
  auto stream = DemoStream::Start(options, clock);
  ASSERT_TRUE(stream.ok()) << stream.status();
  auto source = *KafkaSource::Create(feed.options(), assignments);
  Counting sink;
  for (uint64_t due = 1000; due <= 3000; due += 1000) {
    clock.Advance(absl::Milliseconds(100));
    ReadUntil(due, *source, sink);
    EXPECT_EQ((*stream)->produced(), due);
  }
  EXPECT_THAT(sink.last, EndsWith("}"));
  clock.Advance(absl::Hours(1));  // a machine that slept
  ReadUntil(5000, *source, sink);
  EXPECT_EQ((*stream)->produced(), 5000u);
}

TEST(DemoStream, StopsWhileTheBrokerIsAway) {
  const FakeClock clock(kStreamNow);
  DemoStream::Options options;
  options.brokers = "127.0.0.1:1";
  EXPECT_TRUE(DemoStream::Start(options, clock).ok());
}

TEST(DemoStream, RefusesARateBeyondItsLimit) {
  const FakeClock clock(kStreamNow);
  DemoStream::Options options;
  options.brokers = "127.0.0.1:1";
  options.rate = DemoStream::kRateMax + 1;
  EXPECT_FALSE(DemoStream::Start(options, clock).ok());
}

}  // namespace
}  // namespace tally
