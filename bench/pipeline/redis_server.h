// A Redis of the bench's own, on a free port of 127.0.0.1, that keeps nothing.
//
//   ASSIGN_OR_RETURN(auto redis, RedisServer::Start());
//   ... redis->port() ... CpuTimeOf(redis->pid()) ...
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// Without its own snapshots, which cost it a fork and a write now and then: nothing of what it does here is needed
// later. Goes with the object. From the main thread (see Subprocess).
class RedisServer {
 public:
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start();

  const std::string& port() const { return port_; }
  pid_t pid() const { return process_->pid(); }

  // As "7.0.15"; empty if there is no Redis here.
  static std::string Version();

 private:
  RedisServer() : dir_("tally-redis") {}

  TempDir dir_;
  std::string port_;
  std::unique_ptr<Subprocess> process_;
};

}  // namespace tally
