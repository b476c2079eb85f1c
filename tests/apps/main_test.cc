// The binary: what it prints where, and its exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "tests/apps/server/served_node.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Finished RunTallyd(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TALLYD_BINARY);
  auto run = RunToEnd(arguments, absl::Seconds(30));
  EXPECT_TRUE(run.ok()) << run.status();
  return run.ok() ? *run : Finished{.status = -1};
}

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

}  // namespace
}  // namespace tally
