#include "tests/testing/model.h"

#include "core/base/strings.h"

namespace tally {

std::string ModelEvent::Json() const {
  switch (form) {
    case Form::kBroken:
      return R"({"time": 1, "game": )";
    case Form::kBadTime:
      return R"({"time": "noon", "game": "mw", "call": "login"})";
    case Form::kGood:
    case Form::kNoTime:
      break;
  }
  std::string json = "{";
  if (form == Form::kGood) Append(json, Cat(R"("time":)", time.millis(), ","));
  if (game) Append(json, Cat(R"("game":")", *game, R"(",)"));
  if (call) Append(json, Cat(R"("call":")", *call, R"(",)"));
  if (amount) Append(json, Cat(R"("amount":)", *amount, ","));
  return json + R"("unused":[1,{"a":null}]})";
}

void Model::Apply(const TopicPartition& topic_partition, const ModelEvent& event, Timestamp now) {
  Partition& partition = partitions_[topic_partition];
  if (event.offset < partition.next) return;
  ++partition.fates[static_cast<size_t>(Count(event, now))];
  partition.next = event.offset + 1;
}

Fate Model::Count(const ModelEvent& event, Timestamp now) {
  if (event.form == ModelEvent::Form::kBroken || event.form == ModelEvent::Form::kBadTime) return Fate::kUnparsable;
  if (event.form == ModelEvent::Form::kNoTime) return Fate::kMissingField;
  if (MinuteOf(event.time) < horizon_) return Fate::kLate;
  if (event.time > now + ahead_max_) return Fate::kFuture;
  bool counted = false;
  bool missing_field = false;
  std::map<std::string, uint64_t>& minute = minutes_[MinuteOf(event.time)];
  if (event.game && event.call) {
    ++minute["stats:" + *event.game + ":" + *event.call];
    counted = true;
  } else {
    missing_field = true;
  }
  if (event.call == "buy") {
    if (event.game && event.amount) {
      if (*event.amount > 0) minute["spent:" + *event.game] += *event.amount;
      counted = true;
    } else {
      missing_field = true;
    }
  }
  if (event.game == "mw") {
    ++minute["all"];
    counted = true;
  }
  if (minute.empty()) minutes_.erase(MinuteOf(event.time));
  return counted ? Fate::kCounted : missing_field ? Fate::kMissingField : Fate::kFiltered;
}

void Model::ReachEnd(const TopicPartition& topic_partition, int64_t offset) {
  Partition& partition = partitions_[topic_partition];
  partition.next = std::max(partition.next, offset);
}

void Model::Tick(Timestamp now) {
  horizon_ = std::max(horizon_, MinuteOf(now - ttl_));
  minutes_.erase(minutes_.begin(), minutes_.lower_bound(horizon_));
}

}  // namespace tally
