#include "apps/kafka/fetch_nudge.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/check.h"

namespace tally {
namespace {

constexpr double kLowWater = 0.5;  // of the maximum queue; the other half is read during the next fetch

bool Get(rd_kafka_s* client, const char* name, std::string& value) {
  size_t size = 0;
  if (rd_kafka_conf_get(rd_kafka_conf(client), name, nullptr, &size) != RD_KAFKA_CONF_OK) return false;
  value.resize(size);
  TALLY_CHECK(rd_kafka_conf_get(rd_kafka_conf(client), name, value.data(), &size) == RD_KAFKA_CONF_OK);
  value.resize(std::min(value.find('\0'), value.size()));
  return true;
}

double GetNumber(rd_kafka_s* client, const char* name) {
  std::string value;
  TALLY_CHECK(Get(client, name, value));
  return std::max(1.0, std::strtod(value.c_str(), nullptr));
}

}  // namespace

FetchNudge::FetchNudge(rd_kafka_s* client) : client_(client) {
  std::string backoff;
  needed_ = !Get(client, "fetch.queue.backoff.ms", backoff);
  if (!needed_) return;
  messages_max_ = GetNumber(client, "queued.min.messages");
  bytes_max_ = GetNumber(client, "queued.max.messages.kbytes") * 1024;
  Get(client, "sasl.username", username_);
  Get(client, "sasl.password", password_);
}

bool FetchNudge::AfterBatch(size_t taken, size_t bytes, size_t left) {
  if (!needed_ || taken == 0) return false;
  // librdkafka does not report the queue's bytes; its records are assumed to be like those of the batch.
  const double each = std::max(1 / messages_max_, static_cast<double>(bytes) / static_cast<double>(taken) / bytes_max_);
  const double fill = static_cast<double>(left) * each;
  if (fill >= kLowWater || fill + static_cast<double>(taken) * each < kLowWater) return false;
  // Setting the credentials, even to the same values, wakes every broker thread, which then looks at the queue. A
  // client without SASL never reads the credentials. Rejected alternatives: pause, seek and a new assignment lose or
  // repeat records, and a request through the thread would cost a round trip and a permission.
  rd_kafka_error_destroy(rd_kafka_sasl_set_credentials(client_, username_.c_str(), password_.c_str()));
  return true;
}

}  // namespace tally
