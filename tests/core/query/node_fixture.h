// A node without a socket: counters of three metrics, one topic, and the commands, with a clock that the test moves.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "core/base/check.h"
#include "core/base/count.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/query/command.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace tally {

// A time of 2011-06-05, as "14:30" or "14:30:05".
inline Timestamp At(std::string_view time) {
  absl::CivilSecond second;
  std::string text = Cat("2011-06-05T", time, time.size() == 5 ? ":00" : "");
  TALLY_CHECK(absl::ParseCivilTime(text, &second));
  return Timestamp::FromMillis((second - absl::CivilSecond(1970, 1, 1)) * 1000);
}

// A reply in text format: one line per row, a space between cells, "-" for null; an error after its code.
inline std::vector<std::string> Lines(const Reply& reply) {
  auto text = [](const Cell& cell) {
    if (auto* number = std::get_if<int64_t>(&cell)) return Cat(*number);
    if (auto* count = std::get_if<StringCount>(&cell))
      return Cat(FormatCount(count->count, count->decimals), count->open ? " open" : "");
    if (auto* words = std::get_if<WordList>(&cell); words != nullptr && !words->empty()) {
      return absl::StrJoin(*words, ",");
    }
    auto* bytes = std::get_if<std::string>(&cell);
    return bytes == nullptr ? std::string("-") : *bytes;
  };
  std::vector<std::string> lines;
  if (auto* error = std::get_if<Error>(&reply.body)) return {Cat(error->code, ' ', error->message)};
  if (auto* value = std::get_if<Value>(&reply.body)) return {text(value->cell)};
  if (auto* batch = std::get_if<Batch>(&reply.body)) return {Cat("batch of ", batch->replies)};
  const Table& table = std::get<Table>(reply.body);
  for (size_t i = 0; i < table.rows; ++i) {
    std::string& line = lines.emplace_back();
    for (const Cell& cell : table.row(i)) Append(line, Cat(line.empty() ? "" : " ", text(cell)));
  }
  return lines;
}

class NodeTest : public testing::Test, public StatusSource {
 protected:
  static constexpr std::string_view kTopic = "games";

  explicit NodeTest(const Counters::Options& options = {}, std::shared_ptr<const Rules> rules = MakeRules())
      : counters_(std::move(rules), options), shard_(counters_.AddShard()), commands_({&counters_}, clock_, *this) {
    slot_ = shard_.AddPartition({std::string(kTopic), 0}, {});
  }

  // The metrics of `tests/testing/model.h`: stats by game and call, spent by game, all.
  static std::shared_ptr<const Rules> MakeRules() {
    MetricSpec stats{.name = "stats", .by = {{"game", "game"}, {"call", "call"}}, .value = "", .where = {}};
    MetricSpec spent{.name = "spent", .by = {{"game", "game"}}, .value = "amount", .where = {{"call", {"buy"}}}};
    MetricSpec all{.name = "all", .by = {}, .value = "", .where = {{"game", {"mw"}}}};
    auto rules = Rules::Compile({}, {stats, spent, all});
    TALLY_CHECK(rules.ok());
    return *std::move(rules);
  }

  // Counts `n` events, and the log ends after them.
  void Count(std::string_view time, std::string_view game, std::string_view call, int n = 1) {
    std::string payload = Cat(R"({"time":)", At(time).millis(), R"(,"game":")", game, R"(","call":")", call, R"("})");
    for (int i = 0; i < n; ++i) Apply(payload, At(time));
    ReachEnd();
  }

  void Apply(std::string_view payload, Timestamp timestamp) {
    shard_.Apply(std::vector<Record>{{slot_, offset_++, timestamp, std::nullopt, payload}}, clock_.Now());
  }

  void ReachEnd() { shard_.ReachEnd(slot_, offset_, clock_.Now()); }

  // Cuts and saves, as the checkpointer does every second.
  void Cut() {
    counters_.Cut();
    counters_.MarkSaved();
  }

  Reply Execute(std::initializer_list<std::string_view> words) {
    const std::vector<std::string_view> all(words);
    commands_.Tick();
    return commands_.Execute(all, session_).Finish();
  }
  std::vector<std::string> Ask(std::initializer_list<std::string_view> words) { return Lines(Execute(words)); }

  NodeStatus Status() const override { return status_; }

  FakeClock clock_{At("14:35:30")};
  NodeStatus status_;
  Session session_{.id = 17, .name = ""};
  Counters counters_;
  Shard& shard_;
  Commands commands_;
  uint32_t slot_ = 0;
  int64_t offset_ = 0;
};

}  // namespace tally
