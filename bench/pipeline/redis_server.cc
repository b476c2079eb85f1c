#include "bench/pipeline/redis_server.h"

#include <unistd.h>

#include <random>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);
constexpr int kStartsMax = 5;  // a random port can be in use

// Debian's redis-tools contains the whole server: one program that selects its function by the name under which it is
// called. The package redis-server would add a service that keeps running and takes snapshots.
constexpr const char* kPrograms[] = {"/usr/bin/redis-server", "/usr/local/bin/redis-server",
                                     "/usr/bin/redis-check-rdb"};

// Creates a link named redis-server, so that the program runs as a server.
absl::StatusOr<std::string> MakeProgram(const TempDir& dir) {
  std::string link = dir / "redis-server";
  for (const char* program : kPrograms) {
    if (::access(program, X_OK) == 0 && ::symlink(program, link.c_str()) == 0) return link;
  }
  return absl::FailedPreconditionError("Redis is not installed; run tools/setup bench");
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start() {
  std::unique_ptr<RedisServer> redis(new RedisServer());
  ASSIGN_OR_RETURN(std::string program, MakeProgram(redis->dir_));
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

std::string RedisServer::Version() {
  TempDir dir("tally-redis");
  absl::StatusOr<std::string> program = MakeProgram(dir);
  if (!program.ok()) return "";
  absl::StatusOr<Finished> run = RunToEnd({*program, "--version"}, kTimeout);
  if (!run.ok()) return "";
  const size_t at = run->out.find("v=");  // Redis server v=7.0.15 sha=...
  return at == std::string::npos ? "" : run->out.substr(at + 2, run->out.find(' ', at) - at - 2);
}

}  // namespace tally
