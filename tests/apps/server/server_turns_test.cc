// Requests that run in steps, and what the server does between the steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <thread>

#include "absl/time/clock.h"
#include "apps/server/long_requests.h"
#include "apps/server/server.h"
#include "core/base/strings.h"
#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::HasSubstr;

// The age of the oldest pin of series names. Each call advances the clock by ten seconds.
int64_t OldestPinSeconds(ServedNode& node, TestClient& client) {
  constexpr std::string_view kName = "oldest_pin_seconds:";
  node.clock.Advance(absl::Seconds(10));
  const std::string info = client.Ask("INFO clients");
  const size_t at = info.find(kName);
  return at == std::string::npos ? -1 : std::stoll(info.substr(at + kName.size()));
}

// The server answers another client in the middle of a single request. The other request may come too early or too late
// for that, so there are many.
TEST(Server, AnswersOthersBetweenTheStepsOfARequest) {
  constexpr int kSeries = 50'000;
  ServedNode node({}, kSeries);
  TestClient heavy(node.server->text_port()), other(node.server->text_port());
  bool in_between = false;
  for (int i = 0; i < 100 && !in_between; ++i) {
    heavy.Send("HLEN stats:mw:2011_0605_1430\n");
    for (std::string reply; !reply.ends_with("END\n");) {
      in_between = in_between || OldestPinSeconds(node, other) > 0;
      EXPECT_EQ(other.Ask("PING"), "PONG\nEND\n");
      reply += heavy.ReadSome(100);
    }
  }
  EXPECT_TRUE(in_between);
}

TEST(Server, AnswersPipelinedLongRequestsInTheirOrder) {
  ServedNode node({}, /*series=*/5'000);
  std::string requests, expected;
  for (int i = 0; i < 10; ++i) {
    requests += Cat("HLEN stats:mw:2011_0605_1430\nECHO ", i, "\n");
    expected += Cat("5000\nEND\n", i, "\nEND\n");
  }
  std::deque<TestClient> clients;
  for (size_t i = 0; i < 3 * LongRequests::kRunningMax; ++i) {  // so that some have to wait
    clients.emplace_back(node.server->text_port());
    clients.back().Send(requests);
    clients.back().EndSending();
  }
  for (TestClient& client : clients) EXPECT_EQ(client.ReadToEnd(), expected);
}

// A request of a few steps, among others of many: it waits until one of them is answered.
TEST(Server, RunsOnlyAFewLongRequestsAtATime) {
  ServedNode node({}, /*series=*/200'000);
  TestClient last(node.server->text_port()), other(node.server->text_port());
  std::deque<TestClient> clients;
  for (size_t i = 0; i < LongRequests::kRunningMax; ++i) {
    clients.emplace_back(node.server->text_port());
    EXPECT_EQ(clients.back().Ask("PING"), "PONG\nEND\n");  // it is accepted
  }
  for (TestClient& client : clients) client.Send("HLEN stats:mw:2011_0605_1430\n");
  for (int reply = 0; reply < 3; ++reply) EXPECT_EQ(other.Ask("PING"), "PONG\nEND\n");  // all have begun
  EXPECT_THAT(last.Ask("LIST stats:mw:call100*"), HasSubstr("stats:mw:call100999\nEND\n"));
  std::string replies;
  for (TestClient& client : clients) replies += client.ReadSome(100);
  EXPECT_THAT(replies, HasSubstr("200000\nEND\n"));
}

// Each of these clients has output that waits for it, and after that output a long request.
TEST(Server, RunsNoLongRequestWhoseClientDoesNotRead) {
  constexpr int kRounds = 50;
  constexpr std::string_view kLong = "HLEN stats:mw:2011_0605_1430\n";  // longer than a turn
  // Nobody is disconnected.
  ServedNode node({.stall_max = absl::Hours(1), .reply_max = absl::Hours(1)}, /*series=*/100'000);
  std::string requests;
  for (int i = 0; i < kRounds; ++i) requests += Cat("ECHO ", std::string(50'000, 'x'), "\n", kLong);
  std::deque<TestClient> slow;
  std::deque<std::thread> senders;
  for (size_t i = 0; i < LongRequests::kRunningMax; ++i) {
    slow.emplace_back(node.server->text_port(), /*receive_bytes=*/4096);
    senders.emplace_back([&client = slow.back(), &requests] { client.Send(requests); });
  }
  TestClient other(node.server->text_port());
  // Each time, a request of each slow client may run before this one.
  for (int i = 0; i < kRounds && !HasFailure(); ++i) {
    other.Send(kLong);
    EXPECT_EQ(other.ReadUntil("END\n"), "100000\nEND\n") << i;
  }
  node.server->Stop();
  for (std::thread& sender : senders) sender.join();
}

// Even if the client reads steadily.
TEST(Server, DisconnectsAReaderThatTakesTooLongForAReply) {
  // Long enough to produce the reply under a sanitizer, and less than half of the time that this reader takes.
  ServedNode node({.reply_max = absl::Seconds(3)}, /*series=*/200'000);
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096), other(node.server->text_port());
  client.Send("LIST\n");
  client.ReadUntil("\n");
  EXPECT_GT(OldestPinSeconds(node, other), 0);
  for (absl::Time end = absl::Now() + absl::Seconds(14); node.server->clients() > 1 && absl::Now() < end;) {
    (void)client.ReadSome(4096);
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(node.server->clients(), 1);
  EXPECT_EQ(OldestPinSeconds(node, other), 0);
}

// The time limit begins with the request. The limits are checked four times a second, nearly always during a request.
TEST(Server, DisconnectsAClientWhoseRequestTakesTooLong) {
  constexpr int kRequests = 1'000;
  ServedNode node({.reply_max = absl::Milliseconds(1)}, /*series=*/200'000);
  TestClient client(node.server->text_port());
  for (int i = 0; i < kRequests; ++i) client.Send("HLEN stats:mw:2011_0605_1430\n");
  client.EndSending();
  const std::string replies = client.ReadToEnd();
  EXPECT_LT(std::count(replies.begin(), replies.end(), '\n'), 2 * kRequests);
}

// Its request has many more turns than the other client has replies meanwhile. The server has turns of both between two
// replies.
TEST(Server, EndsTheRequestOfAClientThatIsReset) {
  ServedNode node({}, /*series=*/200'000);
  TestClient other(node.server->text_port());
  int resets = 0;
  for (int i = 0; i < 20; ++i) {
    {
      TestClient client(node.server->text_port());
      client.ResetWhenClosed();
      client.Send("HLEN stats:mw:2011_0605_1430\n");
      bool runs = false;
      for (std::string reply; !runs && reply.empty(); reply = client.ReadSome(100)) {
        runs = OldestPinSeconds(node, other) > 0;
      }
      resets += runs;
    }
    for (int reply = 0; reply < 3; ++reply) EXPECT_EQ(other.Ask("PING"), "PONG\nEND\n");
    ASSERT_EQ(OldestPinSeconds(node, other), 0) << "after reset " << resets;
    EXPECT_EQ(node.server->clients(), 1);
  }
  EXPECT_GT(resets, 0);
}

}  // namespace
}  // namespace tally
