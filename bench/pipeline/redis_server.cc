#include "bench/pipeline/redis_server.h"

#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr int kStartsMax = 5;  // a random port can be in use

using Program = RedisServer::Program;

// Debian's redis-tools contains the whole server: one program that selects its function by the name under which it is
// called. The package redis-server would add a service that keeps running and takes snapshots.
std::vector<std::string> PathsOf(Program program) {
  if (program == Program::kValkey) return {VALKEY_SERVER};
  return {"/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"};
}

// Creates a link named redis-server, so that the program runs as a server.
absl::StatusOr<std::string> MakeProgram(Program program, const TempDir& dir) {
  std::string link = dir / "redis-server";
  for (const std::string& path : PathsOf(program)) {
    if (::access(path.c_str(), X_OK) == 0 && ::symlink(path.c_str(), link.c_str()) == 0) return link;
  }
  return absl::FailedPreconditionError(
      Cat(program == Program::kRedis ? "Redis" : "Valkey", " is not installed; run tools/setup bench"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(Program which) {
  std::unique_ptr<RedisServer> redis(new RedisServer());
  ASSIGN_OR_RETURN(std::string program, MakeProgram(which, redis->dir_));
  std::mt19937 random{std::random_device{}()};
  absl::Status status;
  for (int i = 0; i < kStartsMax; ++i) {
    redis->port_ = Cat(20'000 + random() % 10'000);
    ASSIGN_OR_RETURN(redis->process_,
                     Subprocess::Start({program, "--bind", "127.0.0.1", "--port", redis->port_, "--save", "",
                                        "--appendonly", "no", "--daemonize", "no", "--dir", redis->dir_.path()}));
    status = redis->process_->WaitForLine("Ready to accept connections", kTimeout).status();
    if (status.ok()) return redis;
  }
  return status;
}

std::string RedisServer::Version(Program which) {
  TempDir dir("tally-redis");
  absl::StatusOr<std::string> program = MakeProgram(which, dir);
  if (!program.ok()) return "";
  absl::StatusOr<Finished> run = RunToEnd({*program, "--version"}, kTimeout);
  if (!run.ok()) return "";
  const size_t at = run->out.find("v=");  // Redis server v=7.0.15 sha=..., Valkey server v=9.1.2 sha=...
  return at == std::string::npos ? "" : run->out.substr(at + 2, run->out.find(' ', at) - at - 2);
}

}  // namespace tally
