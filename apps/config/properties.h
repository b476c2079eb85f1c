// kafka.properties: librdkafka properties that have no key of their own in the configuration.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "apps/config/config.h"

namespace tally {

// Fails if exact counting depends on property `name`, if librdkafka does not know it, or if librdkafka rejects `value`.
// The error never shows the value of a secret. `hidden`: the value may be a secret, although the name does not say so.
absl::Status CheckKafkaProperty(const std::string& name, const std::string& value, bool hidden = false);

// Fails if librdkafka cannot create a client with `properties`: some contradict each other, or name a file that does
// not exist. Creates a client as a node does, but contacts no broker. `places` has the location of each property; the
// error begins with the location of the property that librdkafka complains about, if it says which. The error shows no
// secret.
absl::Status CheckKafkaClient(const KafkaConfig& kafka, const std::map<std::string, std::string>& places);

// Returns true if the value of property `name` must not be printed: a password, a secret, a private key.
bool IsSecretProperty(std::string_view name);

// The same for a property of `kafka`, whose value may also come from a file or the environment.
bool IsHidden(const std::string& name, const KafkaConfig& kafka);

}  // namespace tally
