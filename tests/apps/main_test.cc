// The binary: what it prints where, and its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "tests/apps/server/served_node.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Main, PrintsHelpAndVersionToStdout) {
  for (const auto& [option, beginning] : {std::pair("--help", "Counts events"), {"--version", "tallyd "}}) {
    const Finished run = RunTallyd({option});
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, StartsWith(beginning));
    EXPECT_EQ(run.err, "");
  }
}

TEST(Main, PrintsAUsageErrorToStderr) {
  const Finished run = RunTallyd({"serv"});
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("unknown command 'serv'"));
}

TEST(Main, TriesTheLinesOfAFile) {
  TempDir directory;
  std::ofstream(directory / "events") << R"({"time":1307284245,"game":"mw","call":"login"})"
                                      << "\nno event\n";
  const Finished run = RunTallyd({"try", directory / "events"});
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("RECORDS                  2\ncounted                  1   50.0 %\n"),
                             HasSubstr("stats:mw:login"), HasSubstr("line 2: no event\n")));
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(RunTallyd({"try", "--limit", "1", directory / "events"}).out, HasSubstr("RECORDS                  1\n"));
}

TEST(Main, FailsIfATryCountsNothing) {
  TempDir directory;
  std::ofstream(directory / "events") << "no event\n";
  const Finished run = RunTallyd({"try", directory / "events"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, HasSubstr("unparsable               1  100.0 %"));
  EXPECT_THAT(run.err, HasSubstr("no record was counted"));
  EXPECT_THAT(RunTallyd({"try", directory / "missing"}).err, HasSubstr(directory / "missing"));
  EXPECT_EQ(RunTallyd({"try", directory / "missing"}).status, 1);
}

TEST(Main, QueriesWithThePasswordOfAFile) {
  const ServedNode node({.password = Password("hunter2")});
  TempDir directory;
  const auto query = [&](const std::string& file) {
    return RunTallyd(
        {"query", "-p", Cat(node.server->text_port()), "--password-file", directory / file, "ECHO", "hello"});
  };
  std::ofstream(directory / "right") << "hunter2\n";
  EXPECT_EQ(query("right").out, "hello\n");
  EXPECT_EQ(query("right").status, 0);
  std::ofstream(directory / "wrong") << "hunter3\n";
  EXPECT_THAT(query("wrong").err, StartsWith("ERR invalid username-password pair"));
  EXPECT_EQ(query("wrong").status, 1);
  EXPECT_THAT(query("missing").err, HasSubstr(directory / "missing"));
  EXPECT_EQ(query("missing").status, 2);
}

TEST(Serve, LogsALineForSighupAndContinues) {
  TempDir data;
  auto node = Tallyd::Start({"--data", data.path(), "--brokers", "127.0.0.1:1"});
  ASSERT_TRUE(node.ok()) << node.status();
  (*node)->process().Kill(SIGHUP);
  ASSERT_TRUE((*node)->process().WaitForLine("SIGHUP: nothing changes", absl::Seconds(30)).ok());
  EXPECT_EQ((*node)->Query({"PING"}), "PONG");
  EXPECT_EQ(*(*node)->Stop(), 0);
}

// The machine's hosts file may name only one address, so the node gets another one.
TEST(Serve, ListensOnAllAddressesOfItsHost) {
  TempDir directory;
  std::ofstream(directory / "hosts") << "127.0.0.1 localhost\n::1 localhost\n";
  const std::vector<std::string> with_hosts = {
      "unshare",          geteuid() == 0 ? "-m" : "-rm", "sh", "-c", R"(mount --bind "$0" /etc/hosts && exec "$@")",
      directory / "hosts"};
  std::vector<std::string> probe = with_hosts;
  probe.push_back("true");
  const auto probed = RunToEnd(probe, absl::Seconds(30));
  if (!probed.ok() || probed->status != 0) GTEST_SKIP() << "this machine cannot mount in a namespace";
  for (const char* host : {"localhost:0", "[::1]:0", "127.0.0.1:0"}) {
    auto node = Tallyd::Start({"--data", directory / "data", "--brokers", "127.0.0.1:1", "--listen", host}, with_hosts);
    ASSERT_TRUE(node.ok()) << node.status();
    for (const char* address : {"127.0.0.1", "::1"}) {
      const bool answers = RunTallyd({"query", "-h", address, "-p", (*node)->port(), "PING"}).out == "PONG\n";
      const bool named = std::string_view(host).find(address) != std::string_view::npos;
      EXPECT_EQ(answers, named || std::string_view(host) == "localhost:0") << host << " " << address;
    }
    EXPECT_EQ(*(*node)->Stop(), 0);
  }
}

}  // namespace
}  // namespace tally
