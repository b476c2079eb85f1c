#include "tests/testing/subprocess.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr absl::Duration kTimeout = absl::Seconds(20);

std::unique_ptr<Subprocess> Shell(const std::string& script, const Subprocess::Options& options = {}) {
  auto child = Subprocess::Start({"/bin/sh", "-c", script}, options);
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

std::string Line(Subprocess& child, std::string_view part) {
  auto line = child.WaitForLine(part, kTimeout);
  return line.ok() ? *line : line.status().ToString();
}

// Returns true if the process ends within kTimeout. It can be any process, not only a child.
bool Ends(pid_t pid) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return true;
  pollfd ended = {pidfd, POLLIN, 0};
  const bool ends = poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(kTimeout))) == 1;
  close(pidfd);
  return ends;
}

TEST(Subprocess, RunsToItsEndWithItsOutput) {
  auto run = RunToEnd({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}, kTimeout);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->status, 3);
  EXPECT_EQ(run->out, "out\n");
  EXPECT_EQ(run->err, "err\n");
}

TEST(Subprocess, IsAnErrorIfItTakesTooLong) {
  auto run = RunToEnd({"/bin/sh", "-c", "sleep 600"}, absl::Milliseconds(20));
  EXPECT_THAT(run.status().ToString(), HasSubstr("still runs after 20ms"));
}

TEST(Subprocess, IsAnErrorIfItCannotBeExecuted) {
  auto child = Subprocess::Start({"no-such-program"});
  EXPECT_THAT(child.status().ToString(), AllOf(HasSubstr("no-such-program"), HasSubstr("No such file")));
}

TEST(Subprocess, ReportsTheSignalThatEndedItAsAShellDoes) {
  auto child = Shell("sleep 600");
  child->Kill(SIGKILL);
  EXPECT_EQ(*child->Wait(kTimeout), 128 + SIGKILL);
  EXPECT_EQ(*child->Wait(kTimeout), 128 + SIGKILL);
}

TEST(Subprocess, WaitsForAWholeLineOfEitherStream) {
  auto child = Shell("printf 'half'; echo ' of it'; echo other >&2; sleep 600");
  EXPECT_EQ(Line(*child, "half"), "half of it");
  EXPECT_EQ(Line(*child, "oth"), "other");
  EXPECT_EQ(Line(*child, "half"), "half of it");
}

TEST(Subprocess, ReportsTheStatusOfAChildThatEndsWithoutTheLine) {
  auto child = Shell("echo reason >&2; exit 3");
  EXPECT_THAT(Line(*child, "ready"), AllOf(HasSubstr("ended with status 3"), HasSubstr("reason")));
}

TEST(Subprocess, FindsALineThatTheChildWroteAtItsEnd) {
  auto child = Shell("echo ready");
  EXPECT_EQ(*child->Wait(kTimeout), 0);
  EXPECT_EQ(Line(*child, "ready"), "ready");
}

TEST(Subprocess, StopsWaitingForALine) {
  auto child = Shell("sleep 600");
  EXPECT_EQ(child->WaitForLine("ready", absl::Milliseconds(20)).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Subprocess, AddsAndReplacesEnvironmentVariables) {
  Subprocess::Options options;
  options.environment = {"TALLY_TEST=value", "HOME=here"};
  EXPECT_EQ(Line(*Shell("echo is $TALLY_TEST $HOME", options), "is"), "is value here");
}

TEST(Subprocess, KeepsItsOutputInTheGivenDirectory) {
  TempDir dir;
  Subprocess::Options options;
  options.output_dir = dir.path();
  Shell("echo kept", options)->WaitForLine("kept", kTimeout).IgnoreError();
  EXPECT_TRUE(std::filesystem::exists(dir / "stdout"));
}

TEST(Subprocess, KillsItsWholeGroup) {
  auto child = Shell("sleep 600 & echo pid $!; wait");
  const pid_t grandchild = std::stoi(Line(*child, "pid ").substr(4));
  child.reset();
  EXPECT_TRUE(Ends(grandchild));
}

TEST(Subprocess, KillsItsGroupWhenItEnds) {
  auto child = Shell("sleep 600 & echo pid $!");
  const pid_t grandchild = std::stoi(Line(*child, "pid ").substr(4));
  EXPECT_EQ(*child->Wait(kTimeout), 0);
  EXPECT_TRUE(Ends(grandchild));
}

// A fork of this process acts as a test that is killed with SIGKILL.
TEST(Subprocess, EndsIfTheTestIsKilled) {
  TempDir dir;  // belongs to this process, because a killed process does not clean up
  int pids[2];
  ASSERT_EQ(pipe(pids), 0);
  const pid_t test = fork();
  if (test == 0) {
    Subprocess::Options options;
    options.output_dir = dir.path();
    auto child = Subprocess::Start({"sleep", "600"}, options);
    const pid_t pid = child.ok() ? (*child)->pid() : -1;
    if (write(pids[1], &pid, sizeof pid) == sizeof pid) pause();
    _exit(1);
  }
  pid_t child = -1;
  ASSERT_EQ(read(pids[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_GT(child, 0);
  kill(test, SIGKILL);
  EXPECT_TRUE(Ends(child));
  waitpid(test, nullptr, 0);
  close(pids[0]);
  close(pids[1]);
}

}  // namespace
}  // namespace tally
