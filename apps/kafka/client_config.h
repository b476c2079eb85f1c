// How every Kafka client of a node is made, and the settings on which exactness rests.
//
//   ASSIGN_OR_RETURN(ClientHandle client, NewConsumer({.brokers = "127.0.0.1:9092", .group = "tallyd"}));
//
// Three layers, each overrides the one before: what we prefer (sizes, time-outs), what the user's properties say, and
// the laws below, which nobody overrides.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "apps/kafka/handles.h"

namespace tally {

struct ClientOptions {
  std::string brokers;                             // "host:port,host:port"
  std::string group;                               // positions are written for it; nobody joins it
  std::map<std::string, std::string> properties;   // librdkafka's own names

  // Prefetch, per client and so per ingest thread. librdkafka fetches on while less than both of the first two wait,
  // and each broker may have a fetch on its way then, which counts as it was compressed. So at most
  //
  //   kQueuedKbytes + kQueuedMessages * 400 bytes + brokers * kFetchBytesMax * (1 + ratio of compression)
  //
  // and 400 bytes for each message of such a fetch. Fetches of 4 MB are not faster on a network of one building, and
  // with events that lz4 makes a tenth of a node took twice the memory (tools/bench --only backlog). Over one with a
  // round trip of 50 ms they are: kafka.properties has fetch.max.bytes.
  static constexpr int kQueuedMessages = 20'000;
  static constexpr int kQueuedKbytes = 32 * 1024;
  static constexpr int kFetchBytesMax = 1024 * 1024;
  static constexpr int kPartitionFetchBytesMax = 512 * 1024;
};

// InvalidArgument if librdkafka does not take a property, without its value, which may be a secret. Connects in the
// background: that a client was made says nothing about the brokers.
absl::StatusOr<ClientHandle> NewConsumer(const ClientOptions& options);

// A client that only produces, for the demo and the embedded broker.
absl::StatusOr<ClientHandle> NewProducer(const std::map<std::string, std::string>& properties);

}  // namespace tally
