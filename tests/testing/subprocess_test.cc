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

constexpr absl::Duration kPatience = absl::Seconds(20);

std::unique_ptr<Subprocess> Shell(const std::string& script, const Subprocess::Options& options = {}) {
  auto child = Subprocess::Start({"/bin/sh", "-c", script}, options);
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

std::string Line(Subprocess& child, std::string_view part) {
  auto line = child.WaitForLine(part, kPatience);
  return line.ok() ? *line : line.status().ToString();
}

// Whether the process ends within our patience. It need not be a child of ours.
bool Ends(pid_t pid) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return true;
  pollfd ended = {pidfd, POLLIN, 0};
  const bool ends = poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(kPatience))) == 1;
  close(pidfd);
  return ends;
}

TEST(Subprocess, RunsToItsEndWithItsOutput) {
  auto run = RunToEnd({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}, kPatience);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->status, 3);
  EXPECT_EQ(run->out, "out\n");
  EXPECT_EQ(run->err, "err\n");
}

TEST(Subprocess, ThatTakesTooLongIsAnError) {
  auto run = RunToEnd({"/bin/sh", "-c", "sleep 600"}, absl::Milliseconds(20));
  EXPECT_THAT(run.status().ToString(), HasSubstr("still runs after 20ms"));
}

TEST(Subprocess, ThatCannotBeExecutedIsAnError) {
  auto child = Subprocess::Start({"no-such-program"});
  EXPECT_THAT(child.status().ToString(), AllOf(HasSubstr("no-such-program"), HasSubstr("No such file")));
}

TEST(Subprocess, TellsTheSignalThatEndedItAsAShellDoes) {
  auto child = Shell("sleep 600");
  child->Kill(SIGKILL);
  EXPECT_EQ(*child->Wait(kPatience), 128 + SIGKILL);
  EXPECT_EQ(*child->Wait(kPatience), 128 + SIGKILL);
}

TEST(Subprocess, WaitsForAWholeLineOfEitherStream) {
  auto child = Shell("printf 'half'; echo ' of it'; echo other >&2; sleep 600");
  EXPECT_EQ(Line(*child, "half"), "half of it");
  EXPECT_EQ(Line(*child, "oth"), "other");
  EXPECT_EQ(Line(*child, "half"), "half of it");
}

TEST(Subprocess, SaysHowAChildEndedThatNeverSaidTheLine) {
  auto child = Shell("echo reason >&2; exit 3");
  EXPECT_THAT(Line(*child, "ready"), AllOf(HasSubstr("ended with 3"), HasSubstr("reason")));
}

TEST(Subprocess, FindsALineThatTheChildWroteAtItsEnd) {
  auto child = Shell("echo ready");
  EXPECT_EQ(*child->Wait(kPatience), 0);
  EXPECT_EQ(Line(*child, "ready"), "ready");
}

TEST(Subprocess, StopsWaitingForALine) {
  auto child = Shell("sleep 600");
  EXPECT_EQ(child->WaitForLine("ready", absl::Milliseconds(20)).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Subprocess, AddsToTheEnvironmentAndReplacesInIt) {
  Subprocess::Options options;
  options.environment = {"TALLY_TEST=value", "HOME=here"};
  EXPECT_EQ(Line(*Shell("echo is $TALLY_TEST $HOME", options), "is"), "is value here");
}

TEST(Subprocess, LeavesItsOutputWhereItWasTold) {
  TempDir dir;
  Subprocess::Options options;
  options.output_dir = dir.path();
  Shell("echo kept", options)->WaitForLine("kept", kPatience).IgnoreError();
  EXPECT_TRUE(std::filesystem::exists(dir / "stdout"));
}

TEST(Subprocess, TakesItsWholeGroupAlong) {
  auto child = Shell("sleep 600 & echo pid $!; wait");
  const pid_t grandchild = std::stoi(Line(*child, "pid ").substr(4));
  child.reset();
  EXPECT_TRUE(Ends(grandchild));
}

TEST(Subprocess, TakesItsGroupAlongWhenItEndsItself) {
  auto child = Shell("sleep 600 & echo pid $!");
  const pid_t grandchild = std::stoi(Line(*child, "pid ").substr(4));
  EXPECT_EQ(*child->Wait(kPatience), 0);
  EXPECT_TRUE(Ends(grandchild));
}

// The test itself, killed with -9 in the middle: a fork of us stands for it.
TEST(Subprocess, DiesWithATestThatIsKilled) {
  TempDir dir;  // ours, as a process that is killed cleans up nothing
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
