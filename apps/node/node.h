// A node: counters, their checkpoint, the threads that fill them from Kafka, and the server that answers.
//
//   ASSIGN_OR_RETURN(auto node, Node::Open(config, {}, clock));   // loads the checkpoint, locks its directory
//   RETURN_IF_ERROR(node->Start());                               // listens, then reads
//   ...
//   return node->Stop();                                          // the last checkpoint
//
// Threads: one per ingest shard, one that manages the partitions, one that verifies the clock, one that takes
// checkpoints, the server's, and librdkafka's own. Open(), Start() and Stop() are for one thread, the rest is
// thread-safe.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/config/config.h"
#include "apps/node/clock_verifier.h"
#include "apps/node/ingest.h"
#include "apps/node/partition_manager.h"
#include "apps/node/slice.h"
#include "apps/node/stop_flag.h"
#include "apps/node/topic_set.h"
#include "apps/server/server.h"
#include "core/counters/counters.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpointer.h"

namespace tally {

struct NodeOptions {
  bool init = false;  // begin in an empty directory although the group's positions are an earlier node's
  // Count everything again if another configuration, a clock ahead of its time, or an unknown version left it.
  bool recount = false;
  std::vector<AcceptedGap> accepted = {};  // records that a person gave up
  Password password = {};                  // who has not said it gets no answer
};

class Node : public StatusSource {
 public:
  // FailedPrecondition, DataLoss and Unimplemented (its version) mean that the directory cannot be used. `clock`
  // outlives the node.
  static absl::StatusOr<std::unique_ptr<Node>> Open(const Config& config, const NodeOptions& options,
                                                    const Clock& clock);
  ~Node() override;

  // Binds the addresses, then begins to read; returns before Kafka answers.
  absl::Status Start();

  // What made the node give up, as an empty directory where there was one; OK while it runs.
  absl::Status failure() const;

  // Stops reading, takes the last checkpoint, and returns its status. The node continues to answer until it is
  // destroyed. The destructor may wait for a broker that is away.
  absl::Status Stop();

  // Everything but the number of clients, which the server knows.
  NodeStatus Status() const override;
  const Counters& counters() const { return slices_.front()->counters(); }
  const Server& server() const { return *server_; }

 private:
  Node(const Config& config, const Clock& clock);

  void TakeCheckpoints();

  const Config config_;
  const TopicSet topics_;
  TrustedClock clock_;
  const absl::Duration began_;

  std::vector<std::unique_ptr<Slice>> slices_;    // one
  std::vector<std::unique_ptr<Ingest>> ingests_;  // by shard
  std::unique_ptr<PartitionManager> partition_manager_;
  std::unique_ptr<ClockVerifier> clock_verifier_;
  std::unique_ptr<Server> server_;

  StopFlag stop_;
  std::thread checkpoint_thread_;
};

}  // namespace tally
