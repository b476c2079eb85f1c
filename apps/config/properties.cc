#include "apps/config/properties.h"

#include <librdkafka/rdkafka.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/base/strings.h"

namespace tally {
namespace {

struct Refusal {
  std::string_view name;  // a * at the end matches any ending
  std::string_view why;
};

// Counts are exact only if the node itself decides which records it reads, where it starts, and how it treats a damaged
// record.
constexpr Refusal kRefusals[] = {
    {"bootstrap.servers", "set kafka.brokers instead"},
    {"metadata.broker.list", "set kafka.brokers instead"},  // the older name of bootstrap.servers
    {"group.id", "set kafka.group instead"},
    {"enable.auto.*", "the node resumes only from its checkpoint"},
    {"auto.commit.enable", "the node resumes only from its checkpoint"},  // the older name of enable.auto.commit
    {"enable.partition.eof", "the ends of the partitions decide which minutes are open"},
    {"auto.offset.reset", "a jump to another offset would skip records or count them twice"},
    {"check.crcs", "a damaged record must not be counted"},
    {"isolation.level", "records of aborted transactions must not be counted"},
};

bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.back() != '*') return pattern == name;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

absl::Status AskLibrdkafka(const std::string& name, const std::string& value) {
  // librdkafka loads the named libraries when this property is set. Reading a configuration must not run their code.
  if (name == "plugin.library.paths") return absl::OkStatus();
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  char error[512] = "";
  switch (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error, sizeof error)) {
    case RD_KAFKA_CONF_OK:
      return absl::OkStatus();
    case RD_KAFKA_CONF_UNKNOWN:
      return InvalidArgument("librdkafka has no such property");
    default:
      break;
  }
  if (IsSecretProperty(name)) return InvalidArgument("librdkafka rejects the value");
  return InvalidArgument("librdkafka rejects the value: ", std::string_view(error));
}

}  // namespace

absl::Status CheckKafkaProperty(const std::string& name, const std::string& value) {
  for (const Refusal& refusal : kRefusals) {
    if (Matches(refusal.name, name)) {
      return InvalidArgument("cannot be configured, because exact counting depends on it: ", refusal.why);
    }
  }
  return AskLibrdkafka(name, value);
}

bool IsSecretProperty(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  // The value of sasl.oauthbearer.config can contain a secret; a .pem can contain a key in addition to its certificate.
  for (std::string_view part : {"password", "passphrase", "secret", "private.key", ".pem", "oauthbearer.config"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace tally
