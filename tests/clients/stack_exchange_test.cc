// What StackExchange.Redis sends when it connects. It needs .NET, which Debian 12 lacks, so a test sends the same
// bytes. The client takes replies by their order, and gives up a connection that ends or that skips a reply.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "tests/clients/known_node.h"
#include "tests/testing/test_client.h"

namespace tally {
namespace {

// A request as words, and how its reply begins: the type, and text up to the first CRLF. A bulk string begins with its
// length.
struct Exchange {
  std::string request;
  std::string reply;
};

std::string RespOf(const std::string& request) {
  const std::vector<std::string> words = absl::StrSplit(request, ' ');
  std::string resp = Cat("*", words.size(), "\r\n");
  for (const std::string& word : words) resp += Cat("$", word.size(), "\r\n", word, "\r\n");
  return resp;
}

// Reads a whole reply with all that is in it.
std::string ReadReply(TestClient& client) {
  std::string reply = client.ReadUntil("\r\n");
  if (reply.size() < 2) return reply + "(the connection ended)";
  const int n = std::atoi(reply.c_str() + 1);
  if ((reply[0] == '$' || reply[0] == '=') && n >= 0) {
    const size_t size = reply.size() + static_cast<size_t>(n) + 2;
    while (reply.size() < size) reply += client.ReadUntil("\r\n");
  }
  const int values = reply[0] == '%' ? 2 * n : std::string_view("*>~").find(reply[0]) != std::string_view::npos ? n : 0;
  for (int i = 0; i < values; ++i) reply += ReadReply(client);
  return reply;
}

void ExpectReplies(uint16_t port, const std::vector<Exchange>& exchanges) {
  TestClient client(port);
  std::string all;
  for (const Exchange& exchange : exchanges) all += RespOf(exchange.request);
  ASSERT_TRUE(client.Send(all));
  for (const Exchange& exchange : exchanges) {
    EXPECT_THAT(ReadReply(client), testing::StartsWith(exchange.reply)) << exchange.request;
  }
  client.Send(RespOf("PING"));
  EXPECT_EQ(client.ReadUntil("\r\n"), "+PONG\r\n") << "the connection is no longer usable";
}

constexpr char kIdentity[] = "0123456789abcdef";  // of the client, which sends random bytes

std::vector<Exchange> Handshake(const std::string& map) {
  return {{"CLIENT SETNAME web1(SE.Redis-v2.10.1)", "+OK"},
          {"CLIENT SETINFO lib-name SE.Redis", "+OK"},
          {"CLIENT SETINFO lib-ver 2.10.1", "+OK"},
          {"CLIENT ID", ":"},
          {"CONFIG GET timeout", map},
          {"CONFIG GET slave-read-only", map},
          {"CONFIG GET replica-read-only", map},
          {"CONFIG GET databases", map},
          {"SENTINEL MASTERS", "-ERR unknown command 'SENTINEL'"},
          {"INFO replication", map == "%" ? "=" : "$"},
          {"INFO server", map == "%" ? "=" : "$"},
          {"CLUSTER SLOTS", "-ERR This instance has cluster support disabled"},
          {"CLUSTER NODES", "-ERR This instance has cluster support disabled"},
          {"GET __Booksleeve_TieBreak", "-ERR no metric has a series '__Booksleeve_TieBreak'"},
          {Cat("ECHO ", kIdentity), Cat("$16\r\n", kIdentity)}};
}

std::vector<Exchange> After(std::vector<Exchange> first, const std::vector<Exchange>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

class StackExchange : public testing::Test {
 protected:
  KnownNode node_;
};

TEST_F(StackExchange, ConnectsWithResp2) {
  ExpectReplies(node_.port_number(), Handshake("*"));
  // A second connection takes the subscriptions.
  ExpectReplies(node_.port_number(), {{"CLIENT SETNAME web1(SE.Redis-v2.10.1)", "+OK"},
                                      {"CLIENT ID", ":"},
                                      {Cat("ECHO ", kIdentity), Cat("$16\r\n", kIdentity)}});
}

TEST_F(StackExchange, ConnectsWithResp3) {
  ExpectReplies(node_.port_number(), After({{"HELLO 3", "%7\r\n"}}, Handshake("%")));
}

TEST_F(StackExchange, Subscribes) {
  const std::string channel = "$9\r\nsubscribe\r\n$26\r\n__Booksleeve_MasterChanged\r\n:1\r\n";
  ExpectReplies(node_.port_number(),
                {{"HELLO 3", "%7\r\n"}, {"SUBSCRIBE __Booksleeve_MasterChanged", ">3\r\n" + channel}});
  TestClient resp2(node_.port_number());
  resp2.Send(RespOf("SUBSCRIBE __Booksleeve_MasterChanged") + RespOf("PING"));
  EXPECT_EQ(ReadReply(resp2), "*3\r\n" + channel);
  EXPECT_EQ(ReadReply(resp2), "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
}

TEST_F(StackExchange, ConnectsWithAPassword) {
  const std::string password = KnownNode::kPassword;
  ExpectReplies(node_.protected_port_number(), After({{"AUTH " + password, "+OK"}}, Handshake("*")));
  ExpectReplies(node_.protected_port_number(),
                After({{"AUTH " + password, "+OK"}, {"HELLO 3", "%7\r\n"}}, Handshake("%")));
}

}  // namespace
}  // namespace tally
