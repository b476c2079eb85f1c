// How every Kafka client of a node is created, and the settings that exact counting depends on.
//
//   ASSIGN_OR_RETURN(ClientHandle client, NewConsumer({.brokers = "127.0.0.1:9092", .group = "tallyd"}));
//
// There are three layers, and each overrides the previous one: our preferences (sizes, time-outs), the user's
// properties, and the required settings, which nothing overrides.
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
  std::string group;                              // offsets are committed for it; no client joins it
  std::map<std::string, std::string> properties;  // librdkafka's own names
  bool read_committed = true;                     // false: also reads the records of open and aborted transactions
};

// How much a client fetches ahead. Each ingest thread has such a client. librdkafka continues to fetch while less than
// `messages` and kQueuedKbytes wait. At that moment, each broker may also have a fetch in flight, which counts with its
// compressed size. So at most
//
//   kQueuedKbytes + messages * 400 bytes + brokers * fetch_bytes * (1 + ratio of compression)
//
// and 400 bytes for each message of such a fetch.
//
// Each fetch names all partitions. With hundreds of partitions, that takes the broker and the client as long as the
// records do: with four times as much in one fetch, a node of 1,000 partitions is 16 % to a third faster (tools/bench
// --only partitions). With few partitions, 4 MB are not faster than 1 MB on a network within one building, and with
// events that lz4 compresses to a tenth, a node took twice the memory (tools/bench --only backlog). Over a network with
// a round trip of 50 ms they are faster: set fetch.max.bytes in kafka.properties.
struct Prefetch {
  static constexpr int kQueuedKbytes = 32 * 1024;
  static constexpr int kPartitionFetchBytes = 512 * 1024;
  static constexpr size_t kPartitionsOfAScale = 64;
  static constexpr size_t kScaleMax = 4;

  int messages = 20'000;
  int fetch_bytes = 1024 * 1024;

  // For a client that reads this many partitions.
  static Prefetch For(size_t partitions);
};

// InvalidArgument if librdkafka does not accept a property; the message does not have its value, which may be a secret.
// Unavailable if the ClientReaper does not admit another client. The client connects in the background: success does
// not mean that a broker answers. `connections` outlives the client.
absl::StatusOr<ClientHandle> NewConsumer(const ClientOptions& options, const Prefetch& prefetch = {},
                                         Connections* connections = nullptr);

// A client that only produces, for the demo and the embedded broker.
absl::StatusOr<ClientHandle> NewProducer(const std::map<std::string, std::string>& properties);

}  // namespace tally
