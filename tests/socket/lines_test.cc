// Requests that are too long, binary, split at any byte, or HTTP.
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "apps/server/resp.h"
#include "apps/server/text_protocol.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/bystander.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using testing::StartsWith;

class Lines : public testing::Test {
 protected:
  void SetUp() override {
    auto node = Tallyd::Start({"--brokers", "127.0.0.1:1", "--data", data_.path()});
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    other_ = std::make_unique<Bystander>(port());
  }

  uint16_t port() const { return node_->port_number(); }

  // Sends `bytes` on a new connection. Returns all replies until the node closes it.
  std::string ReplyTo(std::string_view bytes) {
    TestClient client(port());
    client.Send(bytes);
    client.EndSending();
    return client.ReadToEnd();
  }

  // The same, with a pause before the byte at `cut`, so that the node reads the two parts separately.
  std::string ReplyToCut(std::string_view bytes, size_t cut) {
    TestClient client(port());
    client.SendAtOnce();
    client.Send(bytes.substr(0, cut));
    absl::SleepFor(absl::Microseconds(300));
    client.Send(bytes.substr(cut));
    client.EndSending();
    return client.ReadToEnd();
  }

  std::string Others() {
    std::string times = other_->Stop();
    EXPECT_TRUE(other_->answered()) << times;
    return times;
  }

  TempDir data_;
  std::unique_ptr<Tallyd> node_;
  std::unique_ptr<Bystander> other_;
};

std::string RandomRequest(std::mt19937_64& random) {
  constexpr std::string_view kLikely =
      "*$\r\n 0123PINGLIST\0"
      "GET";
  std::string request = random() % 4 == 0 ? "*" : "";
  for (uint64_t n = random() % 2000; n > 0; --n) {
    request += random() % 2 == 0 ? kLikely[random() % kLikely.size()] : static_cast<char>(random());
  }
  return request;
}

TEST_F(Lines, TooLongOrBinaryAreRefused) {
  FaultRow row("oversize or binary line", /*times=*/20'000, /*times_in_test=*/1'000);
  std::mt19937_64 random(row.seed());
  for (int i = 0; i < row.times(); ++i) (void)ReplyTo(RandomRequest(random));

  // Exactly at the limit, one byte above it, and far above it.
  const std::string most(TextParser::kLineBytesMax, 'x');
  EXPECT_THAT(ReplyTo(Cat(most, "\nPING\n")), testing::EndsWith("\nPONG\nEND\n"));
  const std::string_view too_long = "ERR expected a line of at most 65536 bytes, got a longer one\n";
  EXPECT_EQ(ReplyTo(Cat(most, "x\nPING\n")), too_long);
  EXPECT_EQ(ReplyTo(Cat(std::string(8 << 20, '\0'), "\nPING\n")), too_long);
  EXPECT_THAT(ReplyTo(Cat("*2\r\n$4\r\nECHO\r\n$", RespParser::kRequestBytesMax, "\r\n")),
              StartsWith("-ERR Protocol error: expected at most 262144 bytes"));
  EXPECT_EQ(ReplyTo("PING\n"), "PONG\nEND\n");
  row.Did(Cat(row.times(), " requests of random bytes, and lines of 64 KB, one byte more, and 8 MB"));
  row.Saw(Cat("ERR and close above 64 KB; others: ", Others()));
}

TEST_F(Lines, GetTheSameReplyIfSplitAtAnyByte) {
  FaultRow row("request cut in two", /*times=*/20, /*times_in_test=*/1);
  const std::vector<std::string> all = {
      "PING\r\nECHO a\tb\n\nGET stats:mw:login -5m\nNONE\nHELP\nQUIT\n",
      "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$6\r\na\r\n\n\0b\r\n*0\r\n*1\r\n$4\r\nNONE\r\n*1\r\n$4\r\nQUIT\r\n",
      "*1\r\n$4\r\nPINGPING\r\n",
      "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nPING\r\n",
  };
  int cuts = 0;
  for (int i = 0; i < row.times(); ++i) {
    for (const std::string& request : all) {
      const std::string whole = ReplyTo(request);
      ASSERT_NE(whole, "");
      for (size_t cut = 1; cut < request.size(); ++cut, ++cuts) {
        ASSERT_EQ(ReplyToCut(request, cut), whole) << "cut at " << cut << " of " << request;
      }
    }
  }
  row.Did(Cat(cuts, " requests, split at every byte"));
  row.Saw(Cat("the same replies; others: ", Others()));
}

TEST_F(Lines, OfHttpAreNotCommands) {
  FaultRow row("a browser or HTTP client on the line port", /*times=*/200, /*times_in_test=*/10);
  const std::string_view refused = "ERR expected a command, got HTTP, which has a port of its own\n";
  const std::string body = "PING\r\nLIST\r\nQUIT\r\n";
  for (int i = 0; i < row.times(); ++i) {
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
      EXPECT_EQ(ReplyTo(Cat(method, " /PING HTTP/1.1\r\nHost: localhost\r\n\r\n", body)), refused) << method;
    }
    EXPECT_EQ(ReplyTo(Cat("Host: localhost\r\n", body)), refused);
    EXPECT_EQ(ReplyTo(Cat("POST PING\r\n", body)), refused);
    EXPECT_EQ(ReplyTo(Cat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", body)), refused);
  }
  const std::string url = Cat("http://127.0.0.1:", node_->port(), "/");
  for (std::vector<std::string> request : {std::vector<std::string>{}, {"-d", body}, {"-T", TALLYD_BINARY}}) {
    std::vector<std::string> argv = {"curl", "-s", "--http0.9", "--max-time", "10"};
    argv.insert(argv.end(), request.begin(), request.end());
    argv.push_back(url);
    absl::StatusOr<Finished> curl = RunToEnd(argv, absl::Seconds(20));
    if (!curl.ok()) continue;  // curl is not installed
    EXPECT_THAT(curl->out, testing::AnyOf("", std::string(refused)));
  }
  row.Did(Cat(row.times() * 8, " HTTP requests, and curl's GET, POST and PUT"));
  row.Saw(Cat("closed with ERR, nothing executed; others: ", Others()));
}

}  // namespace
}  // namespace tally
