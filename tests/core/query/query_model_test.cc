// Random events, cuts and times. Every answer must equal that of a naive map of minute and series.
#include <map>
#include <random>
#include <set>

#include "core/query/glob.h"
#include "core/time/format.h"
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"
#include "tests/testing/model.h"

namespace tally {
namespace {

using testing::UnorderedElementsAreArray;

class QueryModel : public NodeTest {
 protected:
  template <typename T>
  const T& Pick(const std::vector<T>& all) {
    return all[random_() % all.size()];
  }
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

  void CountSome() {
    for (int64_t i = Below(60); i > 0; --i) {
      ModelEvent event;
      event.offset = offset_++;
      event.time = clock_.Now() - absl::Minutes(250) + absl::Seconds(Below(265 * 60));
      event.timestamp = clock_.Now();
      if (Below(20) > 0) event.game = Pick(games_);
      if (Below(20) > 0) event.call = Pick(calls_);
      if (Below(4) > 0) event.amount = Below(5);
      std::string payload = event.Json();
      shard_.Apply(std::vector<Record>{{slot_, event.offset, event.timestamp, std::nullopt, payload}}, clock_.Now());
      model_.Apply({std::string(kTopic), 0}, event, clock_.Now());
    }
    if (Below(2) == 0) Cut();
  }

  void LetTimePass() {
    clock_.Advance(absl::Seconds(Below(20 * 60)));
    counters_.Tick(clock_.Now());
    model_.Tick(clock_.Now());
    ReachEnd();
  }

  uint64_t Sum(Minute minute, const std::string& glob) const {
    uint64_t sum = 0;
    auto series = model_.minutes().find(minute);
    if (series == model_.minutes().end()) return 0;
    for (const auto& [name, count] : series->second) sum += Glob::Parse(glob)->Matches(name) ? count : 0;
    return sum;
  }

  bool Known(Minute minute) const { return minute >= model_.horizon() && minute.start() <= clock_.Now(); }
  std::string_view Mark(Minute minute) const { return minute.end() > clock_.Now() ? " open" : ""; }

  std::vector<std::string> ExpectedRange(const std::string& glob, Timestamp from, Timestamp to, int step) const {
    std::map<int32_t, std::pair<uint64_t, bool>> steps;
    for (Minute minute = MinuteOf(from); minute.start() < to; minute = minute + 1) {
      if (minute.start() < from || !Known(minute)) continue;
      auto& [sum, open] = steps[minute.index() / step];
      sum += Sum(minute, glob);
      open = open || minute.end() > clock_.Now();
    }
    std::vector<std::string> lines;
    for (const auto& [index, row] : steps) {
      lines.push_back(Cat(FormatMinute(Minute::FromIndex(index * step)), ' ', row.first, row.second ? " open" : ""));
    }
    return lines;
  }

  std::vector<std::string> ExpectedTop(size_t n, const std::string& glob, Timestamp from, Timestamp to) const {
    std::map<std::string, int64_t> sums;
    for (const auto& [minute, series] : model_.minutes()) {
      if (minute.start() < from || minute.start() >= to || !Known(minute)) continue;
      for (const auto& [name, count] : series) {
        if (Glob::Parse(glob)->Matches(name))
          sums[name] -= static_cast<int64_t>(count);  // so that the largest comes first
      }
    }
    std::set<std::pair<int64_t, std::string>> order;
    for (const auto& [name, sum] : sums) order.emplace(sum, name);
    std::vector<std::string> lines;
    for (const auto& [sum, name] : order) {
      if (lines.size() < n) lines.push_back(Cat(name, ' ', -sum));
    }
    return lines;
  }

  // Every bucket: its fields, in the format of HGETALL.
  std::map<std::string, std::vector<std::string>> ExpectedBuckets() const {
    std::map<std::string, std::vector<std::string>> buckets;
    for (const auto& [minute, series] : model_.minutes()) {
      for (const auto& [name, count] : series) {
        size_t colon = name.rfind(':');
        std::string group = name.substr(0, colon);
        std::string field = colon == std::string::npos ? "count" : name.substr(colon + 1);
        buckets[Cat(group, ':', FormatBucket(minute))].push_back(Cat(field, ' ', count));
      }
    }
    return buckets;
  }

  void CheckSeries() {
    Timestamp from = clock_.Now() - absl::Seconds(Below(6 * 3600));
    Timestamp to = from + absl::Seconds(Below(7 * 3600));
    int step = static_cast<int>(1 + Below(90));
    const std::string& glob = Pick(globs_);
    std::string from_text = FormatTimestamp(from), to_text = Cat(to.millis());
    SCOPED_TRACE(Cat(glob, ' ', from_text, ' ', FormatTimestamp(to), ' ', step));
    ASSERT_EQ(Ask({"RANGE", glob, from_text, to_text, Cat(step, 'm')}), ExpectedRange(glob, from, to, step));
    ASSERT_EQ(Ask({"TOP", "3", glob, from_text, to_text}), ExpectedTop(3, glob, from, to));
    Minute minute = MinuteOf(from);
    const std::string& name = Pick(names_);
    std::vector<std::string> answer = Ask({"GET", name, from_text});
    if (Known(minute)) {
      ASSERT_EQ(answer, std::vector{Cat(Sum(minute, name), Mark(minute))});
    } else {
      ASSERT_THAT(answer[0], testing::StartsWith("ERR minute"));
    }
  }

  void CheckBuckets() {
    auto buckets = ExpectedBuckets();
    std::vector<std::string> keys;
    for (const auto& [key, fields] : buckets) {
      keys.push_back(key);
      if (Below(20) > 0) continue;
      ASSERT_EQ(Ask({"HGETALL", key}), fields) << key;
      ASSERT_EQ(Ask({"HLEN", key}), std::vector{Cat(fields.size())}) << key;
    }
    ASSERT_THAT(Ask({"KEYS", "*"}), UnorderedElementsAreArray(keys));
    ASSERT_EQ(Ask({"DBSIZE"}), std::vector{Cat(keys.size())});
    std::vector<std::string> scanned;
    std::string cursor = "0";
    do {
      std::vector<std::string> page = Ask({"SCAN", cursor, "COUNT", Cat(1 + Below(50))});
      cursor = page[0];
      scanned.insert(scanned.end(), page.begin() + 1, page.end());
    } while (cursor != "0");
    ASSERT_THAT(scanned, UnorderedElementsAreArray(keys));
  }

  const uint32_t seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};
  Model model_{absl::Hours(4), absl::Minutes(10)};
  const std::vector<std::string> games_ = {"mw", "hh", "dd", "m", "mw-2"};
  const std::vector<std::string> calls_ = {"login", "logout", "buy", "a"};
  const std::vector<std::string> globs_ = {"stats:*", "stats:mw:*", "stats:m*:l*", "*:buy",
                                           "*",       "spent:*",    "all",         "stats:mw:login"};
  const std::vector<std::string> names_ = {"stats:mw:login", "stats:mw-2:buy", "stats:no:no", "spent:dd", "all"};
};

TEST_F(QueryModel, EveryAnswerIsTheNaiveOne) {
  SCOPED_TRACE(Cat("seed ", seed_));
  LetTimePass();
  for (int round = 0; round < 25 && !HasFatalFailure(); ++round) {
    CountSome();
    LetTimePass();
    for (int i = 0; i < 5 && !HasFatalFailure(); ++i) CheckSeries();
    CheckBuckets();
  }
}

}  // namespace
}  // namespace tally
