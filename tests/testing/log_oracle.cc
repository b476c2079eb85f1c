#include "tests/testing/log_oracle.h"

#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// Returns the value after `"key":`, up to a comma, a brace or a quote; an empty string if there is no such key.
std::string After(std::string_view payload, std::string_view key) {
  const std::string quoted = Cat('"', key, "\":");
  size_t at = payload.find(quoted);
  if (at == std::string_view::npos) return "";
  at += quoted.size();
  if (payload[at] == '"') ++at;
  return std::string(payload.substr(at, payload.find_first_of(",}\"", at) - at));
}

void Set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  TALLY_CHECK(rd_kafka_conf_set(conf, name, value.c_str(), nullptr, 0) == RD_KAFKA_CONF_OK);
}

}  // namespace

void LogOracle::Deleter::operator()(rd_kafka_s* client) const { rd_kafka_destroy(client); }

LogOracle::LogOracle(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", brokers);
  Set(conf, "group.id", "oracle");
  Set(conf, "enable.auto.commit", "false");
  Set(conf, "enable.partition.eof", "true");
  Set(conf, "isolation.level", "read_committed");
  Set(conf, "check.crcs", "true");
  client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0));
  TALLY_CHECK(client_ != nullptr);
}

LogOracle::~LogOracle() = default;

absl::Status LogOracle::ReadUntil(const Offsets& next, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  Offsets missing;
  for (const auto& [partition, offset] : next) {
    const int64_t read = read_[partition];
    if (offset > read) missing[partition] = offset;
    if (offset < read) {
      return absl::DataLossError(Cat(partition.topic, ":", partition.partition, ": offset ", offset,
                                     " is before the next offset of the oracle, ", read));
    }
  }
  Assign(missing);
  while (!missing.empty()) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(Cat("timed out reading ", missing.begin()->first.topic));
    }
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client_.get(), 100);
    if (message == nullptr) continue;
    if (message->rkt != nullptr) Handle(*message, missing);
    rd_kafka_message_destroy(message);
  }
  return absl::OkStatus();
}

void LogOracle::Assign(const Offsets& missing) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(static_cast<int>(missing.size()));
  for (const auto& [partition, next] : missing) {
    rd_kafka_topic_partition_list_add(list, partition.topic.c_str(), partition.partition)->offset = read_[partition];
  }
  TALLY_CHECK(rd_kafka_assign(client_.get(), list) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_topic_partition_list_destroy(list);
}

void LogOracle::Handle(const rd_kafka_message_s& message, Offsets& missing) {
  const bool record = message.err == RD_KAFKA_RESP_ERR_NO_ERROR;
  auto wanted = missing.find({rd_kafka_topic_name(message.rkt), message.partition});
  if (wanted == missing.end() || (!record && message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF)) return;
  int64_t& read = read_[wanted->first];
  if (record && message.offset < wanted->second && message.offset >= read) {
    Count({static_cast<const char*>(message.payload), message.len});
    read = message.offset + 1;
  }
  if (message.offset >= wanted->second) read = wanted->second;  // only transaction markers are before it
  if (read == wanted->second) missing.erase(wanted);
}

void LogOracle::Count(std::string_view payload) {
  if (!payload.ends_with('}')) {
    ++fates_["unparsable"];
    return;
  }
  const std::string call = After(payload, "call");
  if (call.empty()) {
    ++fates_["missing_field"];
    return;
  }
  const absl::Time time = absl::FromUnixMillis(std::strtoll(After(payload, "time").c_str(), nullptr, 10));
  const std::string minute = absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
  ++counts_[{minute, Cat("stats:", After(payload, "game"), ":", call)}];
  ++fates_["counted"];
}

}  // namespace tally
