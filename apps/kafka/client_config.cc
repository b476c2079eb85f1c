#include "apps/kafka/client_config.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "apps/kafka/client_log.h"
#include "apps/kafka/client_reaper.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

absl::Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char error[512] = "";
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  return InvalidArgument("librdkafka does not accept this value of ", name);  // `error` may quote a secret
}

void SetIfKnown(rd_kafka_conf_t* conf, const char* name, const char* value) {
  char error[512] = "";
  rd_kafka_conf_set(conf, name, value, error, sizeof error);
}

absl::Status SetPreferences(rd_kafka_conf_t* conf, const Prefetch& prefetch) {
  using std::to_string;
  const std::map<std::string, std::string> preferences = {
      {"client.id", "tallyd"},
      {"queued.min.messages", to_string(prefetch.messages)},
      {"queued.max.messages.kbytes", to_string(Prefetch::kQueuedKbytes)},
      {"fetch.max.bytes", to_string(prefetch.fetch_bytes)},
      {"fetch.message.max.bytes", to_string(Prefetch::kPartitionFetchBytes)},
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.max.ms", "2000"},  // a broker that is back is read again this soon
      // A round trip of 30 s is slow, not broken; the defaults of 10 s and 30 s would always end it.
      {"api.version.request.timeout.ms", "60000"},
      {"socket.connection.setup.timeout.ms", "60000"},
  };
  for (const auto& [name, value] : preferences) RETURN_IF_ERROR(Set(conf, name, value));
  SetIfKnown(conf, "fetch.queue.backoff.ms", "1");  // from 2.3 on; FetchNudge replaces it before
  return absl::OkStatus();
}

int IntegerOf(rd_kafka_conf_t* conf, const char* name) {
  char value[32] = "";
  size_t size = sizeof value;
  TALLY_CHECK(rd_kafka_conf_get(conf, name, value, &size) == RD_KAFKA_CONF_OK);
  return std::atoi(value);
}

// librdkafka refuses some pairs of properties. If the user sets only one of a pair, our preference for the other one
// adapts to it. So whether a client can be created does not depend on a preference, nor on the number of partitions.
absl::Status AdaptPreferences(rd_kafka_conf_t* conf, const std::map<std::string, std::string>& properties) {
  constexpr int kResponseOverhead = 512;
  if (!properties.contains("fetch.max.bytes")) {
    const int most = IntegerOf(conf, "receive.message.max.bytes") - kResponseOverhead;
    const int fetch =
        std::max(std::min(IntegerOf(conf, "fetch.max.bytes"), most), IntegerOf(conf, "message.max.bytes"));
    RETURN_IF_ERROR(Set(conf, "fetch.max.bytes", std::to_string(fetch)));
  }
  if (!properties.contains("reconnect.backoff.max.ms")) {
    const int backoff = std::max(IntegerOf(conf, "reconnect.backoff.max.ms"), IntegerOf(conf, "reconnect.backoff.ms"));
    RETURN_IF_ERROR(Set(conf, "reconnect.backoff.max.ms", std::to_string(backoff)));
  }
  return absl::OkStatus();
}

absl::Status SetLaws(rd_kafka_conf_t* conf, const ClientOptions& options) {
  const std::map<std::string, std::string> laws = {
      {"bootstrap.servers", options.brokers},
      {"group.id", options.group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},    // every other policy skips records, or counts them twice
      {"enable.partition.eof", "true"},  // ends of logs whose last records are markers or aborted
      {"check.crcs", "true"},            // without it, a flipped byte is data
      {"isolation.level", options.read_committed ? "read_committed" : "read_uncommitted"},
      {"allow.auto.create.topics", "false"},  // a lookup must not create a topic
      // No client joins the group. This time-out only limits how long a commit, and with it the end of the client,
      // waits for a coordinator that is away: 45 s by default.
      {"session.timeout.ms", "500"},
      {"log.queue", "false"},  // lines come through the callback, from librdkafka's threads
      {"enabled_events", "0"},
  };
  for (const auto& [name, value] : laws) RETURN_IF_ERROR(Set(conf, name, value));
  return absl::OkStatus();
}

void OnLog(const rd_kafka_t*, int level, const char* facility, const char* text) {
  // Only brokers before 0.11 create a topic at a lookup, and the embedded broker looks like one: the message has no
  // news.
  if (std::string_view(facility) != "AUTOCREATE") LogKafka(level, facility, text);
}

void OnError(rd_kafka_t*, int error, const char* reason, void*) {
  LogKafka(kSyslogError, rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)), reason);
}

absl::StatusOr<ClientHandle> NewClient(rd_kafka_type_t type, ConfHandle conf) {
  RETURN_IF_ERROR(ClientReaper::Get().Admit());
  rd_kafka_conf_set_log_cb(conf.get(), &OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), &OnError);
  char error[512] = "";
  ClientHandle client(rd_kafka_new(type, conf.get(), error, sizeof error));
  if (!client) {
    ClientReaper::Get().Cancel();
    return InvalidArgument("librdkafka cannot create a client: ", std::string_view(error));
  }
  (void)conf.release();  // the client owns it now
  return client;
}

}  // namespace

Prefetch Prefetch::For(size_t partitions) {
  const int scale = static_cast<int>(std::clamp(partitions / kPartitionsOfAScale, size_t{1}, kScaleMax));
  Prefetch prefetch;
  prefetch.messages *= scale;
  prefetch.fetch_bytes *= scale;
  return prefetch;
}

absl::StatusOr<ClientHandle> NewConsumer(const ClientOptions& options, const Prefetch& prefetch,
                                         Connections* connections) {
  ConfHandle conf(rd_kafka_conf_new());
  absl::Status preferred = SetPreferences(conf.get(), prefetch);
  TALLY_CHECK(preferred.ok());
  for (const auto& [name, value] : options.properties) {
    RETURN_IF_ERROR(Annotate(Set(conf.get(), name, value), "kafka.properties"));
  }
  RETURN_IF_ERROR(AdaptPreferences(conf.get(), options.properties));
  RETURN_IF_ERROR(SetLaws(conf.get(), options));
  if (connections != nullptr) connections->WatchOver(conf.get());
  return NewClient(RD_KAFKA_CONSUMER, std::move(conf));
}

absl::StatusOr<ClientHandle> NewProducer(const std::map<std::string, std::string>& properties) {
  ConfHandle conf(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) RETURN_IF_ERROR(Set(conf.get(), name, value));
  return NewClient(RD_KAFKA_PRODUCER, std::move(conf));
}

}  // namespace tally
