// Runs a Redis, or its fork Valkey, for the benchmarks, on a free port of 127.0.0.1, without persistence.
//
//   ASSIGN_OR_RETURN(auto redis, RedisServer::Start(RedisServer::Program::kRedis));
//   ... redis->port() ... CpuTimeOf(redis->pid()) ...
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// Snapshots are off, because they would cost Redis a fork and writes, and the data is not needed later. The destructor
// stops Redis. Call Start() from the main thread (see Subprocess).
class RedisServer {
 public:
  enum class Program { kRedis, kValkey };

  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(Program program);

  const std::string& port() const { return port_; }
  pid_t pid() const { return process_->pid(); }

  // Returns the version, such as "7.0.15"; an empty string if the program is not installed.
  static std::string Version(Program program);

 private:
  RedisServer() : dir_("tally-redis") {}

  TempDir dir_;
  std::string port_;
  std::unique_ptr<Subprocess> process_;
};

}  // namespace tally
