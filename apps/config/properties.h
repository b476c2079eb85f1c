// kafka.properties: what librdkafka is told beside the configuration's own keys.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tally {

// Fails if property `name` may not be configured, because exactness rests on it, or if librdkafka does not know it or
// does not take `value`. The error never shows the value of a secret.
absl::Status CheckKafkaProperty(const std::string& name, const std::string& value);

// Whether the value of property `name` must not be printed: a password, a secret, a private key.
bool IsSecretProperty(std::string_view name);

}  // namespace tally
