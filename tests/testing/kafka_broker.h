// A real Kafka broker for tests: one node, on free ports of 127.0.0.1, with its data in a fresh directory.
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
#include "tests/testing/temp_dir.h"

struct rd_kafka_s;

namespace tally {

struct Message {
  std::string payload;
  std::optional<std::string> key = std::nullopt;
  std::optional<Timestamp> stamp = std::nullopt;  // Kafka's timestamp; without one: when it is produced
};

// Start it from the main thread: it dies with the thread that started it (see Subprocess), however that one ends.
// Not thread-safe. Every wait is bounded; what does not answer in time is an error, with the broker's log in it.
class KafkaBroker {
 public:
  using Configs = std::vector<std::pair<std::string, std::string>>;

  // What its JVM is told to be good at: tests want it soon, benchmarks as one runs it.
  enum class Jvm { kQuickStart, kFullSpeed };

  // Returns once the broker has answered.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(Jvm jvm = Jvm::kQuickStart);
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

  // A name that no other call has returned, beginning with `prefix`.
  std::string UniqueTopic(std::string_view prefix);

  // These return once clients see the change. `configs` is as {{"cleanup.policy", "compact"}}.
  absl::Status CreateTopic(const std::string& topic, int partitions, const Configs& configs = {});
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
  struct ClientDeleter {
    void operator()(rd_kafka_s* client) const;
  };
  using Client = std::unique_ptr<rd_kafka_s, ClientDeleter>;

  explicit KafkaBroker(Jvm jvm) : jvm_(jvm), dir_("tally-kafka") {}

  // The process (kafka_broker.cc).
  absl::Status WriteProperties();
  absl::Status Format();
  absl::Status Launch();
  absl::Status WaitUntilItAnswers();

  // What it is asked (kafka_broker_client.cc).
  static absl::StatusOr<Client> Connect(const std::string& bootstrap, const Configs& properties);
  // The partitions of `topic` that have a leader; 0 if there is no such topic.
  absl::StatusOr<int> CountPartitions(const std::string& topic);
  absl::Status WaitForPartitions(const std::string& topic, int partitions);

  const Jvm jvm_;
  TempDir dir_;
  int port_ = 0;
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
