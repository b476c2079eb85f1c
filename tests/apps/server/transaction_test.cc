// MULTI and EXEC on a connection: the elements of EXEC's array are produced one after another.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/apps/server/served_node.h"
#include "tests/testing/test_client.h"

namespace tally {
namespace {

std::string RespOf(const std::vector<std::string>& requests) {
  std::string resp;
  for (const std::string& request : requests) {
    const std::vector<std::string> words = absl::StrSplit(request, ' ');
    Append(resp, Cat("*", words.size(), "\r\n"));
    for (const std::string& word : words) Append(resp, Cat("$", word.size(), "\r\n", word, "\r\n"));
  }
  return resp;
}

// Everything that a client reads which sends these requests and no more.
std::string Replies(const ServedNode& node, const std::vector<std::string>& requests) {
  TestClient client(node.server->text_port());
  client.Send(RespOf(requests));
  client.EndSending();
  return client.ReadToEnd();
}

TEST(Transaction, ExecRepliesWithAnArray) {
  ServedNode node;
  EXPECT_EQ(Replies(node, {"MULTI", "ECHO one", "NOSUCH 1", "EXEC", "PING"}),
            "+OK\r\n+QUEUED\r\n-ERR unknown command 'NOSUCH', try HELP\r\n"
            "-EXECABORT Transaction discarded because of previous errors.\r\n+PONG\r\n");
  EXPECT_EQ(Replies(node, {"MULTI", "ECHO one", "SELECT 1", "HGETALL none", "EXEC", "PING"}),
            "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n"
            "*3\r\n$3\r\none\r\n-ERR DB index is out of range: expected 0, got '1'\r\n*0\r\n+PONG\r\n");
  EXPECT_EQ(Replies(node, {"MULTI", "EXEC", "PING"}), "+OK\r\n*0\r\n+PONG\r\n");
}

TEST(Transaction, HoldsThousandsOfRequests) {
  ServedNode node;
  constexpr int kRequests = 10'000;
  std::vector<std::string> requests = {"MULTI"};
  std::string replies = "+OK\r\n", elements;
  for (int i = 0; i < kRequests; ++i) {
    requests.push_back(Cat("ECHO ", 100'000 + i));
    replies += "+QUEUED\r\n";
    elements += Cat("$6\r\n", 100'000 + i, "\r\n");
  }
  requests.push_back("EXEC");
  EXPECT_EQ(Replies(node, requests), Cat(replies, "*", kRequests, "\r\n", elements));
}

TEST(Transaction, InvalidatesAfterTheArray) {
  ServedNode node;
  const std::string replies = Replies(node, {"HELLO 3", "CLIENT TRACKING ON OPTIN", "CLIENT CACHING YES", "MULTI",
                                             "PTTL a", "HGET b field", "EXEC", "PING"});
  const std::string end =
      "+OK\r\n+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:-2\r\n_\r\n"
      ">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n+PONG\r\n";
  EXPECT_TRUE(replies.ends_with(end)) << replies;
}

}  // namespace
}  // namespace tally
