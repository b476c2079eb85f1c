// The checks of clients_test.cc with hiredis.
//
//   hiredis_client PORT PROTECTED_PORT PASSWORD
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr timeval kTimeout = {.tv_sec = 10, .tv_usec = 0};
constexpr int kReconnectsMax = 300;
constexpr char kMinute[] = "stats:mw:2011_0605_1430";
constexpr char kNextMinute[] = "stats:mw:2011_0605_1431";

struct Free {
  void operator()(redisContext* connection) const { redisFree(connection); }
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Connection = std::unique_ptr<redisContext, Free>;
using Reply = std::unique_ptr<redisReply, Free>;
using Strings = std::vector<std::string>;

Connection Connect(const char* port) {
  Connection connection(redisConnectWithTimeout("127.0.0.1", atoi(port), kTimeout));
  redisSetTimeout(connection.get(), kTimeout);
  return connection;
}

template <typename... Arguments>
Reply Ask(const Connection& connection, const char* format, Arguments... arguments) {
  return Reply(static_cast<redisReply*>(redisCommand(connection.get(), format, arguments...)));
}

std::string Text(const redisReply* reply) {
  if (reply == nullptr) return "no reply";
  if (reply->type == REDIS_REPLY_NIL) return "nil";
  if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
  return std::string(reply->str, reply->len);
}

Strings Elements(const redisReply* reply) {
  Strings all;
  for (size_t i = 0; reply != nullptr && i < reply->elements; ++i) all.push_back(Text(reply->element[i]));
  return all;
}

std::string Truth(const Reply& reply) { return reply->integer == 1 ? "true" : "false"; }

std::string Words(const Strings& strings) {
  std::string words;
  for (const std::string& s : strings) words += (words.empty() ? "" : " ") + s;
  return words;
}

std::string Sorted(Strings strings) {
  std::sort(strings.begin(), strings.end());
  return Words(strings);
}

// "name=value" for each row: an array of names and values, or of arrays of two.
Strings Pairs(const redisReply* reply) {
  Strings all;
  for (size_t i = 0; reply != nullptr && i < reply->elements; ++i) {
    redisReply* row = reply->element[i];
    if (row->type == REDIS_REPLY_ARRAY) {
      all.push_back(Text(row->element[0]) + "=" + Text(row->element[1]));
    } else if (i % 2 == 1) {
      all.push_back(Text(reply->element[i - 1]) + "=" + Text(row));
    }
  }
  return all;
}

void Show(const char* check, const std::string& outcome) {
  printf("%s: %s\n", check, outcome.c_str());
  fflush(stdout);
}

void CheckHashes(const Connection& node) {
  Show("HGETALL", Sorted(Pairs(Ask(node, "HGETALL %s", kMinute).get())));
  Show("HGETALL of no key", Words(Pairs(Ask(node, "HGETALL no").get())));
  Show("HGET", Text(Ask(node, "HGET %s login", kMinute).get()));
  Show("HGET of no field", Text(Ask(node, "HGET %s no", kMinute).get()));
  Show("HMGET", Words(Elements(Ask(node, "HMGET %s login no buy", kMinute).get())));
  Show("HKEYS", Sorted(Elements(Ask(node, "HKEYS %s", kMinute).get())));
  Show("HVALS", Sorted(Elements(Ask(node, "HVALS %s", kMinute).get())));
  Show("HLEN", Text(Ask(node, "HLEN %s", kMinute).get()));
  Show("HEXISTS", Words({Truth(Ask(node, "HEXISTS %s login", kMinute)), Truth(Ask(node, "HEXISTS %s no", kMinute))}));
  const Reply scanned = Ask(node, "HSCAN %s 0", kMinute);
  Show("HSCAN", scanned->elements == 2 ? Sorted(Pairs(scanned->element[1])) : Text(scanned.get()));
}

std::string Scan(const Connection& node) {
  Strings keys;
  std::string cursor = "0";
  do {
    const Reply reply = Ask(node, "SCAN %s MATCH stats:mw:* COUNT 1", cursor.c_str());
    if (reply == nullptr || reply->elements != 2) return "no cursor";
    cursor = Text(reply->element[0]);
    for (std::string& key : Elements(reply->element[1])) keys.push_back(std::move(key));
  } while (cursor != "0");
  return Sorted(keys);
}

void CheckKeys(const Connection& node) {
  Show("EXISTS", Text(Ask(node, "EXISTS %s no", kMinute).get()));
  Show("TYPE", Words({Text(Ask(node, "TYPE %s", kMinute).get()), Text(Ask(node, "TYPE no").get())}));
  Show("TTL", Words({Text(Ask(node, "TTL %s", kMinute).get()), Text(Ask(node, "TTL no").get())}));
  Show("KEYS", Sorted(Elements(Ask(node, "KEYS stats:mw:*").get())));
  Show("SCAN", Scan(node));
  Show("DBSIZE", Text(Ask(node, "DBSIZE").get()));
}

void CheckPipeline(const Connection& node) {
  constexpr int kCommands = 1000;
  for (int i = 0; i < kCommands; ++i) redisAppendCommand(node.get(), "HGET %s login", kMinute);
  int replies = 0;
  int sum = 0;
  for (void* reply; replies < kCommands && redisGetReply(node.get(), &reply) == REDIS_OK; ++replies) {
    sum += atoi(Text(Reply(static_cast<redisReply*>(reply)).get()).c_str());
  }
  Show("pipeline", std::to_string(replies) + " replies, sum " + std::to_string(sum));
}

void CheckSeries(const Connection& node) {
  Show("GET", Text(Ask(node, "GET stats:mw:login").get()));
  Show("RANGE", Words(Pairs(Ask(node, "RANGE stats:mw:* 2011-06-05T14:30Z 2011-06-05T14:32Z").get())));
  Show("TOP", Words(Pairs(Ask(node, "TOP 2 * 2011-06-05T14:30Z 2011-06-05T14:32Z").get())));
  const std::string info = Text(Ask(node, "INFO").get());
  Show("INFO", "loading=" + info.substr(info.find("loading:") + strlen("loading:"), 1));
}

void CheckErrors(const Connection& node) {
  Show("error", Text(Ask(node, "NOSUCH").get()));
  Show("SET", Text(Ask(node, "SET a 1").get()));
  Show("after errors", Text(Ask(node, "HGET %s login", kMinute).get()));
}

void CheckAuth(const char* port, const char* password) {
  const Connection right = Connect(port);
  Ask(right, "AUTH %s", password);
  Show("AUTH right", Text(Ask(right, "ECHO hello").get()));
  Show("AUTH wrong", Text(Ask(Connect(port), "AUTH wrong").get()));
}

// hiredis itself does not reconnect after an error: the program asks for it.
void CheckReconnect(const Connection& node) {
  Show("restart the node", "please");
  std::string count;
  for (int i = 0; i < kReconnectsMax && count != "6"; ++i) {
    const Reply reply = Ask(node, "HGET %s login", kNextMinute);
    if (reply == nullptr) redisReconnect(node.get());
    count = Text(reply.get());
    usleep(100'000);
  }
  Show("reconnect", count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Connection node = Connect(argv[1]);
  Show("connect", Text(Ask(node, "PING").get()));
  CheckHashes(node);
  CheckKeys(node);
  CheckPipeline(node);
  CheckSeries(node);
  CheckErrors(node);
  CheckAuth(argv[2], argv[3]);
  CheckReconnect(node);
}
