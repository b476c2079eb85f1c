#include "bench/pipeline/log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <random>

#include "apps/system_clock.h"
#include "bench/pipeline/touch.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr uint64_t kChunk = 50'000;  // messages in one call of the producer

class EventMaker {
 public:
  explicit EventMaker(const LogShape& shape)
      : calls_(static_cast<uint64_t>(shape.series) / std::size(kGames)), call_digits_(shape.call_digits) {}

  std::string Make(const char* game, int64_t time_ms) {
    char event[160];
    int length = std::snprintf(
        event, sizeof event,
        R"({"time":%lld,"game":"%s","call":"call%0*d","user":"%06d","ip":"10.%d.%d.7","v":3,"source":"installer"})",
        static_cast<long long>(time_ms), game, call_digits_, static_cast<int>(random_() % calls_),
        static_cast<int>(random_() % 1'000'000), static_cast<int>(random_() % 256), static_cast<int>(random_() % 256));
    return std::string(event, static_cast<size_t>(length));
  }

 private:
  std::mt19937_64 random_{1};
  uint64_t calls_;
  int call_digits_;
};

absl::Status FillPartition(KafkaBroker& broker, const std::string& topic, int partition, const char* game,
                           uint64_t events, int64_t begin_ms, absl::Duration span, EventMaker& maker) {
  for (uint64_t made = 0; made < events;) {
    std::vector<Message> chunk;
    chunk.reserve(kChunk);
    for (; made < events && chunk.size() < kChunk; ++made) {
      auto age_ms = static_cast<int64_t>(static_cast<double>(made) / static_cast<double>(events) *
                                         absl::ToDoubleMilliseconds(span));
      chunk.push_back({.payload = maker.Make(game, begin_ms + age_ms)});
    }
    RETURN_IF_ERROR(broker.Produce(topic, partition, chunk));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FilledLog> FillLog(KafkaBroker& broker, const LogShape& shape) {
  const uint64_t partitions = std::size(kGames) * static_cast<uint64_t>(shape.partitions);
  const uint64_t each = std::max<uint64_t>(shape.events / partitions, 1);
  FilledLog log{.brokers = broker.bootstrap(), .partitions = shape.partitions, .events = each * partitions};
  EventMaker maker(shape);
  const int64_t begin_ms = SystemClock().Now().millis() - absl::ToInt64Milliseconds(shape.span);
  for (const char* game : kGames) {
    log.topics.push_back(shape.prefix + game);
    RETURN_IF_ERROR(broker.CreateTopic(log.topics.back(), shape.partitions));
    for (int partition = 0; partition < shape.partitions; ++partition) {
      RETURN_IF_ERROR(FillPartition(broker, log.topics.back(), partition, game, each, begin_ms, shape.span, maker));
    }
  }
  ::sync();
  RETURN_IF_ERROR(MeasureR2(log).status());
  return log;
}

absl::Status DropLog(KafkaBroker& broker, const FilledLog& log) {
  for (const std::string& topic : log.topics) RETURN_IF_ERROR(broker.DeleteTopic(topic));
  return absl::OkStatus();
}

}  // namespace tally
