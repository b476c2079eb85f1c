// kafka.properties: librdkafka properties that have no key of their own in the configuration.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tally {

// Fails if exact counting depends on property `name`, if librdkafka does not know it, or if librdkafka rejects `value`.
// The error never shows the value of a secret.
absl::Status CheckKafkaProperty(const std::string& name, const std::string& value);

// Returns true if the value of property `name` must not be printed: a password, a secret, a private key.
bool IsSecretProperty(std::string_view name);

}  // namespace tally
