// Clients that read their replies slowly, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <string>

#include "absl/time/clock.h"
#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::EndsWith;

// Commands whose replies are larger than all buffers of a socket: 32 MB for a node with a thousand series.
const std::string kMuch = [] {
  std::string lists;
  for (int i = 0; i < 2000; ++i) lists += "LIST\n";
  return lists;
}();

TEST(Server, AnswersOthersWhileALargeReplyWaitsForItsReader) {
  constexpr int kSeries = 200'000;
  ServedNode node({}, kSeries);
  TestClient slow(node.server->text_port(), /*receive_bytes=*/4096);
  slow.Send("LIST\n");
  EXPECT_EQ(slow.ReadUntil("\n"), "stats:mw:call0\n");  // the reply has begun, and fills the socket
  TestClient other(node.server->text_port());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(other.Ask("PING"), "PONG\nEND\n");
  std::string rest = slow.ReadUntil("END\n");
  EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), kSeries);  // without the line above, and with END
}

TEST(Server, ReadsNoMoreRequestsWhileRepliesWait) {
  ServedNode node;
  int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(node.server->text_port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  std::string requests;
  while (requests.size() < 64 * 1024) requests += "PING\n";
  // The kernel's buffers hold less than this. A server that continues to read would take everything.
  constexpr size_t kTooMuch = 256 << 20;
  size_t sent = 0;
  for (pollfd writable{socket_fd, POLLOUT, 0}; sent < kTooMuch && poll(&writable, 1, 500) == 1;) {
    ssize_t n = send(socket_fd, requests.data(), requests.size(), MSG_NOSIGNAL);
    if (n < 0) break;
    sent += static_cast<size_t>(n);
  }
  EXPECT_LT(sent, kTooMuch);
  TestClient other(node.server->text_port());
  EXPECT_EQ(other.Ask("PING"), "PONG\nEND\n");
  close(socket_fd);
}

TEST(Server, DisconnectsAReaderThatHasStalled) {
  ServedNode node({.stall_max = absl::Milliseconds(20)}, 1000);
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096);
  client.Send(kMuch);
  client.ReadUntil("\n");
  EXPECT_TRUE(node.WaitForNoClients());
  std::string rest = client.ReadToEnd();
  EXPECT_LT(std::count(rest.begin(), rest.end(), '\n'), 2'000'000);
}

// A read now and then is not enough if a reply is larger than the kernel's buffer.
TEST(Server, DisconnectsAReaderThatTakesLittleAtATime) {
  ServedNode node({.stall_max = absl::Milliseconds(1500)});
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096);
  for (int i = 0; i < 4; ++i) client.Send(Cat("*2\r\n$4\r\nECHO\r\n$250000\r\n", std::string(250'000, 'x'), "\r\n"));
  client.ReadUntil("\n");
  ASSERT_EQ(node.server->clients(), 1);
  for (absl::Time end = absl::Now() + absl::Seconds(10); node.server->clients() > 0 && absl::Now() < end;) {
    (void)client.ReadSome(1500);  // 100 KB a second
    absl::SleepFor(absl::Milliseconds(15));
  }
  EXPECT_EQ(node.server->clients(), 0);
}

TEST(Server, KeepsAReaderThatIsSlowButReads) {
  ServedNode node({.stall_max = absl::Seconds(2)}, 1000);
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096);
  client.Send("LIST\nLIST\nLIST\nLIST\nLIST\nLIST\nLIST\nLIST\nPING\n");
  std::string replies;
  for (absl::Time end = absl::Now() + absl::Seconds(30); !replies.ends_with("PONG\nEND\n") && absl::Now() < end;) {
    replies += client.ReadSome(4096);
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_THAT(replies, EndsWith("PONG\nEND\n"));
}

// Each reply has the whole time limit.
TEST(Server, KeepsAClientWhoseRepliesTakeLongTogether) {
  ServedNode node({.reply_max = absl::Seconds(2)}, /*series=*/1'000);
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096);
  for (int i = 0; i < 200; ++i) client.Send("LIST\n");
  client.Send("PING\n");
  std::string replies;
  for (absl::Time end = absl::Now() + absl::Seconds(30); !replies.ends_with("PONG\nEND\n") && absl::Now() < end;) {
    replies += client.ReadSome(16 * 1024);
    absl::SleepFor(absl::Milliseconds(15));
  }
  EXPECT_THAT(replies, EndsWith("PONG\nEND\n"));
}

TEST(Server, StopsInTheMiddleOfAReply) {
  ServedNode node({}, 1000);
  TestClient client(node.server->text_port(), /*receive_bytes=*/4096);
  client.Send(kMuch);
  client.ReadUntil("\n");
  node.server->Stop();
  EXPECT_EQ(node.server->clients(), 0);
  std::string rest = client.ReadToEnd();
  EXPECT_LT(std::count(rest.begin(), rest.end(), '\n'), 2'000'000);
}

}  // namespace
}  // namespace tally
