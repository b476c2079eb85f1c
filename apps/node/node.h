// A node: counters, their checkpoints, the threads that read Kafka, and the server that answers clients.
//
//   ASSIGN_OR_RETURN(auto node, Node::Open(config, {}, clock));   // loads the checkpoint, locks its directory
//   RETURN_IF_ERROR(node->Start());                               // listens, then reads
//   ...
//   return node->Stop();                                          // the last checkpoint
//
// Threads: one for each ingest shard, one for the partition manager, one for the clock verifier, one for checkpoints,
// the server's, and librdkafka's own. Call Open(), Start() and Stop() from one thread; the rest is thread-safe.
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
  StartOptions start = {};
  Password password = {};  // clients must authenticate with it
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

  // Why the node must end, for example an empty directory in place of an earlier one; OK while it runs.
  absl::Status failure() const;

  // Stops reading, takes the last checkpoint, and returns its status. The node continues to answer until it is
  // destroyed. The destructor may wait for a broker that is away.
  absl::Status Stop();

  // Everything except what the server adds: its clients and the age of the oldest pin.
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
