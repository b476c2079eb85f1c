// Runs a real Kafka broker for tests, on free ports of 127.0.0.1, with its data in a temporary directory. The broker is
// a cluster of its own; a second broker can join it.
//
//   KafkaBroker& broker = SharedBroker();
//   const std::string topic = broker.UniqueTopic("mw");
//   ASSERT_TRUE(broker.CreateTopic(topic, /*partitions=*/4).ok());
//   ASSERT_TRUE(broker.Produce(topic, /*partition=*/0, {{.payload = "a"}, {.payload = "b"}}).ok());
//
// A start takes about five seconds and half a gigabyte of memory, so the tests of a binary share one broker. Only a
// test that stops its broker starts a separate one. `tools/setup test` downloads the jars.
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
  std::optional<Timestamp> timestamp = std::nullopt;  // Kafka's timestamp; default: the time of Produce()
};

// Call Start() from the main thread: the kernel kills the broker when the thread that started it ends (see Subprocess).
// Not thread-safe. Every wait has a timeout. If the broker does not start, the error contains its output.
class KafkaBroker {
 public:
  using Configs = std::vector<std::pair<std::string, std::string>>;

  // kQuickStart, for tests: the JVM starts faster and compiles less. kFullSpeed, for benchmarks: the JVM's defaults.
  enum class Jvm { kQuickStart, kFullSpeed };

  // Starts broker 1 of a new cluster, which is also the controller, and waits until it answers. `configs` are further
  // properties of the broker.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(Jvm jvm = Jvm::kQuickStart, Configs configs = {});
  // Starts broker 2 of the cluster of `first`, which must outlive it. The preferred leader of a partition becomes its
  // leader again within seconds after it is in sync.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Join(const KafkaBroker& first);
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // "127.0.0.1:PORT". Restart() does not change it.
  const std::string& bootstrap() const { return bootstrap_; }
  // A client that connects here is told that the broker is at kNowhere, where nothing listens.
  const std::string& lost_bootstrap() const { return lost_bootstrap_; }
  static constexpr std::string_view kNowhere = "127.0.0.1:1";
  const std::string& cluster_id() const { return cluster_id_; }
  pid_t pid() const { return process_->pid(); }

  // Stop() is kill -9 and keeps the data. Restart() waits until the broker answers.
  void Stop();
  absl::Status Restart();

  // SIGSTOP and SIGCONT. In between, connections stay open, but the broker does not answer.
  void Freeze();
  void Thaw();

  // In between, the other broker cannot fetch from this one. Connections of clients and of the controller still work.
  void HoldReplication();
  void ReleaseReplication();

  // Wait until this broker's metadata contains the state. Later calls of Produce() on this broker use this metadata.
  absl::Status AwaitLeader(const std::string& topic, int32_t partition, const KafkaBroker& leader);
  absl::Status AwaitInSync(const std::string& topic, int32_t partition, int replicas);

  // Returns a name that begins with `prefix` and that no earlier call has returned.
  std::string UniqueTopic(std::string_view prefix);

  // These wait until clients see the change. An example of `configs`: {{"cleanup.policy", "compact"}}.
  absl::Status CreateTopic(const std::string& topic, int partitions, const Configs& configs = {});
  // For each partition, the numbers of the brokers with a replica, the preferred leader first.
  using Replicas = std::vector<std::vector<int32_t>>;
  absl::Status CreateTopic(const std::string& topic, const Replicas& replicas, const Configs& configs = {});
  absl::Status AddPartitions(const std::string& topic, int total);
  absl::Status DeleteTopic(const std::string& topic);

  // Denies everything about a topic or a group to all clients. REQUIRES: the broker was started with WithAcls().
  absl::Status DenyTopic(const std::string& topic);
  absl::Status DenyGroup(const std::string& group);
  static Configs WithAcls();

  // Deletes the records before `offset`, as retention does.
  absl::Status DeleteRecordsBefore(const std::string& topic, int32_t partition, int64_t offset);

  // Returns the size of a topic's partitions on disk. Records can be compressed there.
  uint64_t LogBytes(const std::string& topic) const;

  // Appends `messages` in order, in as few batches as they need, and waits until the broker has stored all of them. No
  // message is stored twice.
  absl::Status Produce(const std::string& topic, int32_t partition, const std::vector<Message>& messages);

  // The same in one transaction. Its end adds a commit or abort marker to the log.
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

  KafkaBroker(Jvm jvm, int id, Configs configs)
      : jvm_(jvm), id_(id), configs_(std::move(configs)), dir_("tally-kafka") {}

  // In kafka_broker.cc: the process.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(Jvm jvm, const KafkaBroker* first, const Configs& configs);
  absl::Status WriteProperties();
  absl::Status Format();
  absl::Status Launch();
  absl::Status WaitUntilItAnswers();

  // In kafka_broker_client.cc: its clients.
  static absl::StatusOr<Client> Connect(const std::string& bootstrap, const Configs& properties);
  // Returns the number of partitions of `topic` that have a leader; 0 if there is no such topic.
  absl::StatusOr<int> CountPartitions(const std::string& topic);
  absl::Status WaitForPartitions(const std::string& topic, int partitions);
  // Waits until `holds` is true for the partition in this broker's metadata.
  absl::Status AwaitPartition(const std::string& topic, int32_t partition,
                              const std::function<bool(const rd_kafka_metadata_partition&)>& holds);
  absl::Status Create(const std::string& topic, int partitions, NewTopic wanted, const Configs& configs);
  absl::Status Deny(int resource_type, const std::string& name);

  const Jvm jvm_;
  const int id_;
  const Configs configs_;
  TempDir dir_;
  std::unique_ptr<TcpProxy> replication_;  // the other broker connects to this one through it
  int port_ = 0;
  int lost_port_ = 0;
  int internal_port_ = 0;
  int controller_port_ = 0;
  std::string bootstrap_;
  std::string lost_bootstrap_;
  std::string cluster_id_;
  std::unique_ptr<Subprocess> process_;
  Client client_;
  int topics_named_ = 0;
  int transactions_ = 0;
};

// Returns the broker that all tests of this binary share. The first call starts it, and must be on the main thread. The
// broker stops at the end of the process. If it does not start, the process exits with the reason.
KafkaBroker& SharedBroker();

}  // namespace tally
