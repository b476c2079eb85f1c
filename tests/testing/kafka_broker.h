// A real Kafka broker for tests: on free ports of 127.0.0.1, with its data in a fresh directory. It is a cluster by
// itself, or with a second broker that joins it.
//
//   KafkaBroker& broker = SharedBroker();
//   const std::string topic = broker.UniqueTopic("mw");
//   ASSERT_TRUE(broker.CreateTopic(topic, /*partitions=*/4).ok());
//   ASSERT_TRUE(broker.Produce(topic, /*partition=*/0, {{.payload = "a"}, {.payload = "b"}}).ok());
//
// It takes some five seconds and half a gigabyte to start, so the tests of one binary share it; only a test that stops
// the broker starts one of its own. Its jars are what `tools/setup test` fetches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/time/time.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/tcp_proxy.h"
#include "tests/testing/temp_dir.h"

struct rd_kafka_metadata_partition;
struct rd_kafka_NewTopic_s;
struct rd_kafka_s;

namespace tally {

struct Message {
  std::string payload;
  std::optional<std::string> key = std::nullopt;
  std::optional<Timestamp> timestamp = std::nullopt;  // Kafka's timestamp; without one: when it is produced
};

// Start it from the main thread: it dies with the thread that started it (see Subprocess), however that one ends.
// Not thread-safe. Every wait is bounded; what does not answer in time is an error, with the broker's log in it.
class KafkaBroker {
 public:
  using Configs = std::vector<std::pair<std::string, std::string>>;

  // What its JVM is told to be good at: tests want it soon, benchmarks as one runs it.
  enum class Jvm { kQuickStart, kFullSpeed };

  // Returns once the broker has answered. It is number 1 of its cluster, and the controller.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(Jvm jvm = Jvm::kQuickStart);
  // The same for number 2 in the cluster of `first`, which outlives it. Whichever of the two stands first among the
  // replicas of a partition is its leader again within seconds, once it is in sync.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Join(const KafkaBroker& first);
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // "127.0.0.1:PORT", the same after a Restart().
  const std::string& bootstrap() const { return bootstrap_; }
  const std::string& cluster_id() const { return cluster_id_; }
  pid_t pid() const { return process_->pid(); }

  // kill -9. Its data stays for Restart(), which returns once it answers again.
  void Stop();
  absl::Status Restart();

  // Stands still between the two: connections stay open and nobody answers.
  void Freeze();
  void Thaw();

  // The other broker copies nothing from this one between the two. Clients and the controller notice nothing.
  void HoldReplication();
  void ReleaseReplication();

  // Returns once this broker says so. What is produced later through it is sent there.
  absl::Status AwaitLeader(const std::string& topic, int32_t partition, const KafkaBroker& leader);
  absl::Status AwaitInSync(const std::string& topic, int32_t partition, int replicas);

  // A name that no other call has returned, beginning with `prefix`.
  std::string UniqueTopic(std::string_view prefix);

  // These return once clients see the change. `configs` is as {{"cleanup.policy", "compact"}}.
  absl::Status CreateTopic(const std::string& topic, int partitions, const Configs& configs = {});
  // For each partition the numbers of the brokers that hold it, the preferred leader first.
  using Replicas = std::vector<std::vector<int32_t>>;
  absl::Status CreateTopic(const std::string& topic, const Replicas& replicas, const Configs& configs = {});
  absl::Status AddPartitions(const std::string& topic, int total);
  absl::Status DeleteTopic(const std::string& topic);

  // Makes the log of a partition begin at `offset`, as retention would.
  absl::Status DeleteRecordsBefore(const std::string& topic, int32_t partition, int64_t offset);

  // What all partitions of a topic take on its disk, compressed as they are there.
  uint64_t LogBytes(const std::string& topic) const;

  // Appends `messages` in their order and returns once all are stored. Never twice: a failed request is an error and is
  // not sent again.
  absl::Status Produce(const std::string& topic, int32_t partition, const std::vector<Message>& messages);

  // The same within one transaction, which ends with a marker in the log: committed, or aborted.
  enum class TransactionEnd { kCommit, kAbort };
  absl::Status ProduceTransaction(const std::string& topic, int32_t partition, const std::vector<Message>& messages,
                                  TransactionEnd end);

 private:
  struct Deleter {
    void operator()(rd_kafka_s* client) const;
    void operator()(rd_kafka_NewTopic_s* topic) const;
  };
  using Client = std::unique_ptr<rd_kafka_s, Deleter>;
  using NewTopic = std::unique_ptr<rd_kafka_NewTopic_s, Deleter>;

  KafkaBroker(Jvm jvm, int id) : jvm_(jvm), id_(id), dir_("tally-kafka") {}

  // The process (kafka_broker.cc).
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(Jvm jvm, const KafkaBroker* first);
  absl::Status WriteProperties();
  absl::Status Format();
  absl::Status Launch();
  absl::Status WaitUntilItAnswers();

  // What it is asked (kafka_broker_client.cc).
  static absl::StatusOr<Client> Connect(const std::string& bootstrap, const Configs& properties);
  // The partitions of `topic` that have a leader; 0 if there is no such topic.
  absl::StatusOr<int> CountPartitions(const std::string& topic);
  absl::Status WaitForPartitions(const std::string& topic, int partitions);
  // Whether `holds` of the partition, as only this broker says it.
  absl::Status AwaitPartition(const std::string& topic, int32_t partition,
                              const std::function<bool(const rd_kafka_metadata_partition&)>& holds);
  absl::Status Create(const std::string& topic, int partitions, NewTopic wanted, const Configs& configs);

  const Jvm jvm_;
  const int id_;
  TempDir dir_;
  std::unique_ptr<TcpProxy> replication_;  // by which the other broker reaches this one
  int port_ = 0;
  int internal_port_ = 0;
  int controller_port_ = 0;
  std::string bootstrap_;
  std::string cluster_id_;
  std::unique_ptr<Subprocess> process_;
  Client client_;
  int topics_named_ = 0;
  int transactions_ = 0;
};

// The broker of this test binary: started by the first call, which must come from the main thread, and stopped when the
// tests are over. One that does not start ends the process with the reason.
KafkaBroker& SharedBroker();

}  // namespace tally
