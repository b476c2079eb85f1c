// How every Kafka client of a node is made, and the settings on which exactness rests.
//
//   ASSIGN_OR_RETURN(ClientHandle client, NewConsumer({.brokers = "127.0.0.1:9092", .group = "tallyd"}));
//
// Three layers, each overrides the one before: what we prefer (sizes, time-outs), what the user's properties say, and
// the laws below, which nobody overrides.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "apps/kafka/connections.h"
#include "apps/kafka/handles.h"

namespace tally {

struct ClientOptions {
  std::string brokers;                            // "host:port,host:port"
  std::string group;                              // positions are written for it; nobody joins it
  std::map<std::string, std::string> properties;  // librdkafka's own names
  bool read_committed = true;                     // else what open and aborted transactions wrote, too
};

// What a client fetches ahead, and so each ingest thread. librdkafka fetches on while less than `messages` and
// kQueuedKbytes wait, and each broker may have a fetch on its way then, which counts as it was compressed. So at most
//
//   kQueuedKbytes + messages * 400 bytes + brokers * fetch_bytes * (1 + ratio of compression)
//
// and 400 bytes for each message of such a fetch.
//
// Each fetch names all partitions, and where there are hundreds that takes broker and client as long as the records do:
// with four times as much at once a node of 1,000 partitions is 16 % to a third faster (tools/bench --only partitions).
// With few partitions 4 MB are not faster than 1 MB on a network of one building, and with events that lz4 makes a
// tenth of a node took twice the memory (tools/bench --only backlog). Over one with a round trip of 50 ms they are:
// kafka.properties has fetch.max.bytes.
struct Prefetch {
  static constexpr int kQueuedKbytes = 32 * 1024;
  static constexpr int kPartitionFetchBytes = 512 * 1024;
  static constexpr size_t kPartitionsOfAScale = 64;
  static constexpr size_t kScaleMax = 4;

  int messages = 20'000;
  int fetch_bytes = 1024 * 1024;

  // For a client that reads so many partitions.
  static Prefetch For(size_t partitions);
};

// InvalidArgument if librdkafka does not take a property, without its value, which may be a secret. Unavailable if the
// ClientReaper admits no other client. Connects in the background: that a client was created says nothing about the
// brokers. `connections` outlives the client.
absl::StatusOr<ClientHandle> NewConsumer(const ClientOptions& options, const Prefetch& prefetch = {},
                                         Connections* connections = nullptr);

// A client that only produces, for the demo and the embedded broker.
absl::StatusOr<ClientHandle> NewProducer(const std::map<std::string, std::string>& properties);

}  // namespace tally
