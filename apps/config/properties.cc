#include "apps/config/properties.h"

#include <librdkafka/rdkafka.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/base/strings.h"

namespace tally {
namespace {

struct Refusal {
  std::string_view name;  // a * at its end stands for any ending
  std::string_view why;
};

// Counts are exact only if the node alone decides what is read, from where, and what a damaged record means.
constexpr Refusal kRefusals[] = {
    {"bootstrap.servers", "write kafka.brokers"},
    {"metadata.broker.list", "write kafka.brokers"},  // the same property by its older name
    {"group.id", "write kafka.group"},
    {"enable.auto.*", "a node goes on from its checkpoint alone"},
    {"auto.commit.enable", "a node goes on from its checkpoint alone"},  // enable.auto.commit by its older name
    {"enable.partition.eof", "whether a partition is at its end decides which minutes are open"},
    {"auto.offset.reset", "a jump to another offset would leave records out or count them twice"},
    {"check.crcs", "a flipped byte must not be counted"},
    {"isolation.level", "records of aborted transactions must not be counted"},
};

bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.back() != '*') return pattern == name;
  pattern.remove_suffix(1);
  return name.substr(0, pattern.size()) == pattern;
}

absl::Status AskLibrdkafka(const std::string& name, const std::string& value) {
  // Setting it loads the libraries that it names, and reading a configuration runs nobody's code.
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
  if (IsSecretProperty(name)) return InvalidArgument("librdkafka does not take this value");
  return InvalidArgument("librdkafka does not take it: ", std::string_view(error));
}

}  // namespace

absl::Status CheckKafkaProperty(const std::string& name, const std::string& value) {
  for (const Refusal& refusal : kRefusals) {
    if (Matches(refusal.name, name)) {
      return InvalidArgument("is not for configuration, exactness rests on it: ", refusal.why);
    }
  }
  return AskLibrdkafka(name, value);
}

bool IsSecretProperty(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  // Of sasl.oauthbearer.config the value may hold a secret; a .pem may hold a key beside its certificate.
  for (std::string_view part : {"password", "passphrase", "secret", "private.key", ".pem", "oauthbearer.config"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace tally
