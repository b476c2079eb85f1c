#include "apps/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <random>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Server, AnswersText) {
  ServedNode node;
  TestClient client(node.server->text_port());
  EXPECT_EQ(client.Ask("PING"), "PONG\nEND\n");
}

TEST(Server, AnswersResp) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nECHO\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n"), "+PONG\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n"), StartsWith("-ERR "));
}

TEST(Server, NamesTheAddressItCannotBind) {
  ServedNode node;
  uint16_t taken = node.server->text_port();
  Server other({.text = {"127.0.0.1", 0}, .http = {"127.0.0.1", taken}}, {&node.counters}, node.clock, node.status);
  EXPECT_EQ(other.Start().message(), Cat("cannot listen on 127.0.0.1:", taken, ": Address already in use"));
}

TEST(Server, NamesTheHostItDoesNotKnow) {
  ServedNode node;
  Server other({.text = {"no such host", 0}, .http = {"127.0.0.1", 0}}, {&node.counters}, node.clock, node.status);
  EXPECT_THAT(std::string(other.Start().message()), StartsWith("cannot listen on no such host:0: "));
}

TEST(Server, ContinuesAfterAnError) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("NONSENSE\n\nPING\n");
  EXPECT_THAT(client.ReadUntil("\n"), StartsWith("ERR "));
  EXPECT_EQ(client.ReadUntil("END\n"), "PONG\nEND\n");
}

// A request in RESP.
std::string Resp(std::initializer_list<std::string_view> words) {
  std::string request = Cat("*", words.size(), "\r\n");
  for (std::string_view word : words) request += Cat("$", word.size(), "\r\n", word, "\r\n");
  return request;
}

TEST(Server, ContinuesAfterUnbalancedQuotes) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("ECHO \"a\nECHO \"a b\"\n");
  EXPECT_EQ(client.ReadUntil("\n"), "ERR unbalanced quotes in request\n");
  EXPECT_EQ(client.ReadUntil("END\n"), "\"a b\"\nEND\n");
}

TEST(Server, SpeaksTheVersionOfRespThatTheClientChose) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send(Resp({"HGET", "a", "b"}) + Resp({"HELLO", "3"}) + Resp({"HGET", "a", "b"}) + Resp({"HELLO", "2"}) +
              Resp({"HGET", "a", "b"}));
  EXPECT_THAT(client.ReadUntil("%7\r\n"), StartsWith("$-1\r\n%7\r\n"));
  EXPECT_THAT(client.ReadUntil("*14\r\n"), EndsWith("modules\r\n*0\r\n_\r\n*14\r\n"));
  EXPECT_THAT(client.ReadUntil("$-1\r\n"), EndsWith("modules\r\n*0\r\n$-1\r\n"));
}

TEST(Server, InvalidatesAKeyRightAfterTheReplyThatReadIt) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send(Resp({"HELLO", "3"}) + Resp({"CLIENT", "TRACKING", "ON"}));
  client.ReadUntil("+OK\r\n");
  client.Send(Resp({"HGET", "a", "b"}) + Resp({"PING"}) + Resp({"EXISTS", "a", "b"}) + Resp({"PING"}));
  EXPECT_EQ(client.ReadUntil("+PONG\r\n"), "_\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n+PONG\r\n");
  EXPECT_EQ(client.ReadUntil("+PONG\r\n"), ":0\r\n>2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n+PONG\r\n");
}

TEST(Server, SendsNoInvalidationToAClientThatCannotReadIt) {
  ServedNode node;
  TestClient two(node.server->text_port());
  two.Send(Resp({"CLIENT", "TRACKING", "ON"}) + Resp({"HGET", "a", "b"}) + Resp({"PING"}));
  EXPECT_EQ(two.ReadUntil("+PONG\r\n"), "+OK\r\n$-1\r\n+PONG\r\n");
  TestClient text(node.server->text_port());
  text.Send("HELLO 3\nCLIENT TRACKING ON\nHGET a b\nPING\n");
  EXPECT_THAT(text.ReadUntil("PONG\nEND\n"), EndsWith("OK\nEND\nEND\nPONG\nEND\n"));
}

TEST(Server, SaysInTheConfigurationAfterHowManySecondsAnIdleClientIsDisconnected) {
  ServedNode node;
  TestClient client(node.server->text_port());
  EXPECT_EQ(client.Ask("CONFIG GET timeout"),
            Cat("timeout ", absl::ToInt64Seconds(ServerOptions().idle_max), "\nEND\n"));
}

TEST(Server, ListsTheClientsThatAreConnected) {
  ServedNode node;
  TestClient client(node.server->text_port());
  {
    TestClient other(node.server->text_port());
    other.Ask("CLIENT SETNAME other");
    EXPECT_THAT(client.Ask("CLIENT LIST"), HasSubstr("id=2 addr=127.0.0.1:"));
  }
  std::string list = "name=other";
  for (const absl::Time end = absl::Now() + absl::Seconds(10); absl::Now() < end && list.find("other") != list.npos;) {
    list = client.Ask("CLIENT LIST");
  }
  EXPECT_THAT(list, AllOf(HasSubstr("id="), testing::Not(HasSubstr("name=other"))));
}

TEST(Server, CountsConnectionsAndCommands) {
  ServedNode node;
  TestClient client(node.server->text_port()), other(node.server->text_port());
  other.Ask("PING");
  client.Ask("PING");
  EXPECT_EQ(client.Ask("INFO stats"), "# Stats\ntotal_connections_received:2\ntotal_commands_processed:3\nEND\n");
}

TEST(Server, AnswersPipelinedCommandsInTheirOrder) {
  ServedNode node;
  TestClient client(node.server->text_port());
  std::string requests, expected;
  for (int i = 0; i < 10'000; ++i) {
    requests += Cat("ECHO ", i, "\n");
    expected += Cat(i, "\nEND\n");
  }
  client.Send(requests);
  client.EndSending();
  EXPECT_EQ(client.ReadToEnd(), expected);
}

TEST(Server, AnswersEverythingToAClientThatHasEndedSending) {
  ServedNode node({}, /*series=*/20'000);
  TestClient client(node.server->text_port());
  client.Send("LIST\nPING\nunfinished");
  client.EndSending();
  std::string all = client.ReadToEnd();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20'000 + 3);
  EXPECT_THAT(all, EndsWith("END\nPONG\nEND\n"));
  EXPECT_TRUE(client.ended());
}

TEST(Server, UnderstandsARequestInAnyNumberOfPieces) {
  ServedNode node;
  TestClient client(node.server->text_port());
  for (char c : std::string_view("ECHO a\r\nPING\n")) client.Send({&c, 1});
  EXPECT_EQ(client.ReadUntil("END\n"), "a\nEND\n");
  EXPECT_EQ(client.ReadUntil("END\n"), "PONG\nEND\n");
}

TEST(Server, ClosesAfterTheReplyToQuit) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("QUIT\nPING\n");
  EXPECT_EQ(client.ReadToEnd(), "OK\nEND\n");
  EXPECT_TRUE(client.ended());
}

TEST(Server, ClosesAfterALineThatIsTooLong) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send(Cat("PING\n", std::string(1'000'000, 'x')));  // far more than the server reads
  EXPECT_EQ(client.ReadToEnd(), "PONG\nEND\nERR expected a line of at most 65536 bytes, got a longer one\n");
  EXPECT_TRUE(client.ended());
}

TEST(Server, ClosesAfterBrokenFraming) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPINGPING\r\n*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(client.ReadToEnd(), "+PONG\r\n-ERR Protocol error: expected CRLF after a word, got 'PI'\r\n");
}

TEST(Server, DoesNothingForABrowserOnTheLinePort) {
  ServedNode node;
  TestClient client(node.server->text_port());
  client.Send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nPING\r\n");
  EXPECT_EQ(client.ReadToEnd(), "ERR expected a command, got HTTP, which has a port of its own\n");
}

TEST(Server, SurvivesRandomInput) {
  ServedNode node;
  std::mt19937 random(20110605);
  const std::string_view likely = "*$\r\n 0123PING";
  TestClient other(node.server->text_port());
  for (int i = 0; i < 2000; ++i) {
    std::string rubbish = i % 2 == 0 ? "*" : "";
    for (unsigned n = random() % 300; n > 0; --n) {
      rubbish += random() % 2 == 0 ? likely[random() % likely.size()] : static_cast<char>(random());
    }
    TestClient client(node.server->text_port());
    client.Send(rubbish);
    client.EndSending();
    client.ReadToEnd();
    ASSERT_EQ(other.Ask("PING"), "PONG\nEND\n") << "after input " << i;
  }
}

TEST(Server, DisconnectsAnIdleClient) {
  ServedNode node({.idle_max = absl::Milliseconds(20)});
  TestClient client(node.server->text_port());
  EXPECT_THAT(client.ReadToEnd(), IsEmpty());
  EXPECT_TRUE(client.ended());
}

TEST(Server, TellsClientsBeyondTheLimitInTheirProtocol) {
  ServedNode node({.clients_max = 1});
  TestClient first(node.server->text_port());
  EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
  TestClient text(node.server->text_port()), resp(node.server->text_port()), silent(node.server->text_port());
  text.Send("PING\n");
  EXPECT_EQ(text.ReadToEnd(), "ERR max number of clients reached\n");
  resp.Send("*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(resp.ReadToEnd(), "-ERR max number of clients reached\r\n");
  EXPECT_EQ(silent.ReadToEnd(), "ERR max number of clients reached\n");
  EXPECT_EQ(node.server->clients(), 1);
}

TEST(Server, ReportsItsClientsInEveryProtocol) {
  ServedNode node;
  TestClient text(node.server->text_port());
  EXPECT_THAT(text.Ask("INFO clients"), HasSubstr("\nclients:1\n"));
  TestClient http(node.server->http_port());
  http.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(http.ReadUntil("\ntallyd_clients 2\n"), EndsWith("\ntallyd_clients 2\n"));
}

TEST(Server, HasAPlaceAgainAfterAClientLeaves) {
  ServedNode node({.clients_max = 1});
  { EXPECT_EQ(TestClient(node.server->text_port()).Ask("PING"), "PONG\nEND\n"); }
  EXPECT_TRUE(node.WaitForNoClients());
  EXPECT_EQ(TestClient(node.server->text_port()).Ask("PING"), "PONG\nEND\n");
}

TEST(Server, ClosesAFloodOfConnectionsAtOnce) {
  ServedNode node({.clients_max = 1});
  TestClient first(node.server->text_port());
  EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
  std::deque<TestClient> flood;
  for (int i = 0; i < 200; ++i) flood.emplace_back(node.server->text_port());
  EXPECT_THAT(flood.back().ReadToEnd(), IsEmpty());
  EXPECT_TRUE(flood.back().ended());
  EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
}

TEST(Server, AnswersAProbeWhileTheLinePortIsFlooded) {
  ServedNode node({.clients_max = 1});
  std::deque<TestClient> flood;
  for (int i = 0; i < 200; ++i) flood.emplace_back(node.server->text_port());
  EXPECT_THAT(flood.back().ReadToEnd(), IsEmpty());  // there is no place left for an error reply
  TestClient probe(node.server->http_port());
  probe.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(probe.ReadToEnd(), StartsWith("HTTP/1.1 200"));
}

TEST(Server, AcceptsAgainOnceThereAreDescriptors) {
  // The undefined behaviour sanitizer checks each new type through a pipe, which needs a descriptor. This log line
  // makes it check the types of the logger before there are none left.
  spdlog::info("without descriptors {}", std::string("the server logs an error"));
  ServedNode node;
  TestClient first(node.server->text_port());
  EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
  std::deque<TestClient> waiting;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  int used = dup(0);
  close(used);
  rlimit none_left = limit;
  none_left.rlim_cur = static_cast<rlim_t>(used) + 1;  // the next client's socket, and none for the server
  setrlimit(RLIMIT_NOFILE, &none_left);
  waiting.emplace_back(node.server->text_port());
  EXPECT_TRUE(waiting.back().connected());
  // The loop may see one command before the connection, but not a hundred.
  for (int i = 0; i < 100; ++i) EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(waiting.back().Ask("PING"), "PONG\nEND\n");
}

TEST(Server, AsksForThePasswordInEveryProtocol) {
  ServedNode node({.password = Password("hunter2")});
  TestClient text(node.server->text_port());
  text.Send("PING\nAUTH hunter3\nAUTH hunter2\nPING\n");
  EXPECT_EQ(text.ReadUntil("PONG\nEND\n"),
            "ERR Authentication required.\nERR invalid username-password pair or user is disabled.\nOK\nEND\n"
            "PONG\nEND\n");
  TestClient resp(node.server->text_port());
  resp.Send("*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(resp.ReadUntil("+PONG\r\n"), "-NOAUTH Authentication required.\r\n+OK\r\n+PONG\r\n");
  TestClient http(node.server->http_port());
  http.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(http.ReadUntil("\r\n\r\n"), HasSubstr("WWW-Authenticate: Basic realm=\"tallyd\""));
  TestClient allowed(node.server->http_port());
  allowed.Send("GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YW55Omh1bnRlcjI=\r\n\r\n");
  EXPECT_THAT(allowed.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace tally
