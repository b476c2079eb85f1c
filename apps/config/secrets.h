// Values that do not have to be in the configuration file.
//
//   [kafka.properties]
//   sasl.username = "${ENV:KAFKA_USER}"               # from the environment
//   sasl.password_file = "/run/secrets/kafka"         # from a file: sets sasl.password
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "apps/config/document.h"

namespace tally {

// Returns `text` with each ${ENV:NAME} replaced by the value of that environment variable; nothing if there is none. A
// variable that is not set is an error at `value`.
absl::StatusOr<std::optional<std::string>> ExpandEnvironment(const TomlValue& value, const std::string& text);

// A property of [kafka.properties].
struct KafkaProperty {
  std::string value;
  bool hidden = false;  // the value comes from a file or the environment
  std::string where;    // from TomlValue::Where()
};
using KafkaProperties = std::map<std::string, KafkaProperty>;

// Reads [kafka.properties], by the properties' names: the keys of nested tables are joined by dots. REQUIRES: the
// environment is expanded.
absl::StatusOr<KafkaProperties> ReadKafkaProperties(const TomlValue& table);

}  // namespace tally
