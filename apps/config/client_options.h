// The options of a node's Kafka clients, from the configuration.
#pragma once

#include "apps/config/config.h"
#include "apps/kafka/client_config.h"

namespace tally {

inline ClientOptions ClientOptionsOf(const KafkaConfig& kafka) {
  return {kafka.brokers, kafka.group, kafka.properties};
}

}  // namespace tally
