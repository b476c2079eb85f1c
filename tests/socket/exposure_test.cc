// Access control: which clients can query, and secrets that the node never shows.
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/bystander.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kPassword = "correct-horse-7f3a";
constexpr std::string_view kKafkaPassword = "battery-staple-91c2";

TEST(Exposure, NeedsAPasswordBeyondLoopback) {
  FaultRow row("exposure: a non-loopback address", /*times=*/1);
  TempDir data;
  for (const char* option : {"--listen", "--http"}) {
    for (const char* address : {"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0"}) {
      auto node = RunToEnd({TALLYD_BINARY, "serve", "--data", data.path(), option, address}, absl::Seconds(20));
      ASSERT_TRUE(node.ok()) << node.status();
      EXPECT_EQ(node->status, 2) << option << ' ' << address;
      EXPECT_THAT(node->err, Not(HasSubstr("listening")));
    }
  }
  row.Saw("refused with status 2, on both ports");
}

class Secrets : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(data_ / "password") << kPassword << "\n";
    std::ofstream(data_ / "tallyd.toml") << "[kafka]\nbrokers = \"127.0.0.1:1\"\n"
                                         << "[kafka.properties]\nsecurity.protocol = \"SASL_PLAINTEXT\"\n"
                                         << "sasl.mechanism = \"PLAIN\"\nsasl.username = \"tally\"\n"
                                         << "sasl.password = \"" << kKafkaPassword << "\"\n"
                                         << "debug = \"security,conf\"\n"  // the most verbose log
                                         << "[server]\npassword_file = \"" << data_ / "password"
                                         << "\"\n";
    auto node = Tallyd::Start({"--config", data_ / "tallyd.toml", "--data", data_ / "data"});
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }

  // Returns all replies to one connection, which authenticates first if `authenticated`.
  std::string AskAll(bool as_resp, bool authenticated) {
    TestClient client(node_->port_number());
    std::string bytes;
    auto add = [&](const std::string& line) {
      if (!as_resp) return Append(bytes, Cat(line, "\n"));
      std::vector<std::string> words = absl::StrSplit(line, ' ');
      Append(bytes, Cat("*", words.size(), "\r\n"));
      for (const std::string& word : words) Append(bytes, Cat("$", word.size(), "\r\n", word, "\r\n"));
    };
    if (authenticated) add(Cat("AUTH ", kPassword));
    for (const char* line : {"CONFIG GET *",
                             "CONFIG GET requirepass",
                             "CLIENT LIST",
                             "CLIENT INFO",
                             "CLIENT GETNAME",
                             "INFO",
                             "INFO everything",
                             "HELP",
                             "COMMAND",
                             "COMMAND DOCS",
                             "LAG",
                             "REJECTS",
                             "LIST",
                             "KEYS *",
                             "SCAN 0",
                             "DBSIZE",
                             "HELLO 2",
                             "HELLO 3",
                             "NONE",
                             "AUTH",
                             "ACL LIST",
                             "DEBUG"}) {
      add(line);
    }
    client.Send(bytes);
    client.EndSending();
    return client.ReadToEnd();
  }

  std::string AskHttp(std::string_view path, std::string_view password) {
    TestClient client(node_->http_port_number());
    const std::string basic = absl::Base64Escape(Cat("any:", password));
    client.Send(Cat("GET ", path, " HTTP/1.0\r\nAuthorization: Basic ", basic, "\r\n\r\n"));
    return client.ReadToEnd();
  }

  void ExpectNoSecret(const std::string& text, std::string_view where) {
    for (std::string_view secret : {kPassword, kKafkaPassword}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << where;
      EXPECT_EQ(text.find(absl::Base64Escape(std::string(secret))), std::string::npos) << where;
    }
  }

  TempDir data_;
  std::unique_ptr<Tallyd> node_;
};

// Wrong passwords that are similar to the right one are refused, and no reply or log line contains a secret.
TEST_F(Secrets, AreNeverShown) {
  FaultRow row("exposure: wrong passwords, and secrets in output", /*times=*/100'000, /*times_in_test=*/5'000);
  const std::string right(kPassword);
  std::vector<std::string> wrong = {"x",
                                    right + "x",
                                    right.substr(1),
                                    right.substr(0, right.size() - 1),
                                    std::string(60'000, 'c'),
                                    "Correct-horse-7f3a",
                                    "default"};
  TestClient guesser(node_->port_number());
  for (int i = 0; i < row.times(); ++i) {
    guesser.Send(Cat("AUTH ", wrong[static_cast<size_t>(i) % wrong.size()], "\n"));
    ASSERT_EQ(guesser.ReadUntil("\n"), "ERR invalid username-password pair or user is disabled.\n");
  }
  guesser.Send("INFO\n");
  EXPECT_EQ(guesser.ReadUntil("\n"), "ERR Authentication required.\n");

  for (bool as_resp : {false, true}) {
    const std::string refused = AskAll(as_resp, /*authenticated=*/false);
    EXPECT_THAT(refused, Not(HasSubstr("events_read")));
    EXPECT_THAT(refused, Not(HasSubstr("stats")));
    ExpectNoSecret(refused, "without the password");
    const std::string replies = AskAll(as_resp, /*authenticated=*/true);
    EXPECT_THAT(replies, HasSubstr("events_read"));
    ExpectNoSecret(replies, "with the password");
  }
  for (const char* path : {"/", "/metrics", "/readyz", "/api/v1/read", "/config"}) {
    EXPECT_THAT(AskHttp(path, "wrong"), StartsWith("HTTP/1.0 401")) << path;
    ExpectNoSecret(AskHttp(path, "wrong"), path);
    ExpectNoSecret(AskHttp(path, kPassword), path);
  }
  EXPECT_THAT(AskHttp("/metrics", kPassword), HasSubstr("200 OK"));

  auto check = RunToEnd({TALLYD_BINARY, "check", "--config", data_ / "tallyd.toml"}, absl::Seconds(20));
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_THAT(check->out, HasSubstr("***"));
  ExpectNoSecret(check->out + check->err, "tallyd check");
  ExpectNoSecret(node_->process().Stdout(), "stdout");
  const std::string log = node_->process().Stderr();
  EXPECT_THAT(log, HasSubstr("127.0.0.1:1"));  // the log lines of librdkafka are included
  ExpectNoSecret(log, "stderr");
  row.Did(Cat(row.times(), " wrong passwords; every command and page, without and with the right one"));
  row.Saw("no data without the password; no secret in any reply, page, log line or `tallyd check`");
}

}  // namespace
}  // namespace tally
