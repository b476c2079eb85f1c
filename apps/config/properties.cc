#include "apps/config/properties.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "apps/config/client_options.h"
#include "apps/config/document.h"
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

absl::Status AskLibrdkafka(const std::string& name, const std::string& value, bool hidden) {
  // librdkafka loads the named libraries when this property is set, and that happens only when a client is created.
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
  if (hidden || IsSecretProperty(name)) return InvalidArgument("librdkafka rejects the value");
  return InvalidArgument("librdkafka rejects the value: ", std::string_view(error));
}

// Returns the property of the configuration that librdkafka's message is about, or nullptr.
using Properties = std::map<std::string, std::string>;
const Properties::value_type* PropertyIn(const std::string& message, const KafkaConfig& kafka) {
  const Properties::value_type* found = nullptr;
  size_t at = std::string::npos;
  for (const auto& property : kafka.properties) {  // the first that is named, and of two such names the longer one
    const size_t named = message.find(property.first);
    if (named == std::string::npos || named > at || (named == at && property.first.size() < found->first.size())) {
      continue;
    }
    found = &property;
    at = named;
  }
  if (found != nullptr) return found;
  for (const auto& property : kafka.properties) {  // "Unsupported SASL mechanism: SCRAM"
    if (message.ends_with(Cat(": ", property.second)) && !IsHidden(property.first, kafka)) return &property;
  }
  for (const auto& property : kafka.properties) {  // "sasl.username and sasl.password must be set"
    const std::string family = property.first.substr(0, property.first.find('.') + 1);
    if (!family.empty() && message.find(family) != std::string::npos) return &property;
  }
  return nullptr;
}

// librdkafka logs why it cannot read a file, but its error does not say it.
std::string WhyUnreadable(const Properties::value_type& property, const KafkaConfig& kafka) {
  if (!property.first.ends_with(".location") || access(property.second.c_str(), R_OK) == 0) return "";
  const int error = errno;
  return Cat(": ", IsHidden(property.first, kafka) ? "the file" : Shown(property.second), ": ", std::strerror(error));
}

std::string WithoutSecrets(std::string message, const KafkaConfig& kafka) {
  for (const auto& [name, value] : kafka.properties) {
    if (value.empty() || !IsHidden(name, kafka)) continue;
    for (size_t at = 0; (at = message.find(value, at)) != std::string::npos; at += 3) {
      message.replace(at, value.size(), "***");
    }
  }
  return message;
}

}  // namespace

absl::Status CheckKafkaClient(const KafkaConfig& kafka, const std::map<std::string, std::string>& places) {
  ClientOptions options = ClientOptionsOf(kafka);
  options.brokers.clear();
  absl::Status status = NewConsumer(options).status();
  if (status.ok()) return status;
  const std::string message(FromAbsl(status.message()));
  const Properties::value_type* property = PropertyIn(message, kafka);
  const auto place = property == nullptr ? places.end() : places.find(property->first);
  return InvalidArgument(place == places.end() ? "kafka.properties" : place->second, ": ",
                         WithoutSecrets(message, kafka), property == nullptr ? "" : WhyUnreadable(*property, kafka));
}

absl::Status CheckKafkaProperty(const std::string& name, const std::string& value, bool hidden) {
  for (const Refusal& refusal : kRefusals) {
    if (Matches(refusal.name, name)) {
      return InvalidArgument("cannot be configured, because exact counting depends on it: ", refusal.why);
    }
  }
  return AskLibrdkafka(name, value, hidden);
}

bool IsHidden(const std::string& name, const KafkaConfig& kafka) {
  return IsSecretProperty(name) || kafka.hidden_properties.contains(name);
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
