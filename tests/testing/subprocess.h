// A program that runs beside the test: its output is kept in files, every wait has a bound.
//
//   auto node = Subprocess::Start({TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0"});
//   auto line = (*node)->WaitForLine("listening text=", absl::Seconds(10));
//   (*node)->Kill(SIGKILL);
//   EXPECT_EQ(*(*node)->Wait(absl::Seconds(5)), 128 + SIGKILL);
//
// For a program that only has to run to its end there is RunToEnd(), below.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// The child leads a process group of its own and reads /dev/null. It dies with this object, and also when the test is
// killed with -9: the kernel sends SIGKILL when the THREAD that called Start() ends, so start it from one that stays.
//
// Not thread-safe. The world's errors are Status: no such program, a wait that ran out, output that never came.
class Subprocess {
 public:
  struct Options {
    std::vector<std::string> environment;  // "NAME=value", over the test's own
    std::string output_dir;                // where stdout and stderr go and stay; empty: a directory that goes with it
  };

  // Runs argv[0], looked up in PATH. It has begun when this returns: one that cannot be executed is an error here.
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(const std::vector<std::string>& argv,
                                                           const Options& options);
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(const std::vector<std::string>& argv) {
    return Start(argv, Options());
  }

  // Kills the whole group and reaps the child.
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }

  // The first whole line of stderr, else of stdout, that has `part` in it, whenever it was written. Fails when
  // `timeout` has passed, or when the child ends without having said so; the error quotes the end of its stderr.
  absl::StatusOr<std::string> WaitForLine(std::string_view part, absl::Duration timeout);

  // Sends `signal` to the whole group. Nothing happens if the child was reaped.
  void Kill(int signal);

  // The exit status as a shell gives it: 0..255, or 128 + the signal that ended it. Once known, it stays.
  absl::StatusOr<int> Wait(absl::Duration timeout);

  // What was written so far.
  std::string Stdout() const;
  std::string Stderr() const;

 private:
  Subprocess() = default;

  // Blocks until output is written or the child ends, or until `deadline`.
  void WaitForActivity(absl::Time deadline);
  std::optional<std::string> FindLine(std::string_view part) const;
  bool Reap();

  std::string name_;
  std::optional<TempDir> own_dir_;
  std::string stdout_path_;
  std::string stderr_path_;
  pid_t pid_ = -1;
  int pidfd_ = -1;    // readable once the child has ended
  int inotify_ = -1;  // readable once a file in the output directory was written
  std::optional<int> status_;
};

struct Finished {
  int status = 0;  // as Subprocess::Wait() gives it
  std::string out;
  std::string err;
};

// Runs a program to its end. One that takes longer than `timeout` is killed, and an error.
absl::StatusOr<Finished> RunToEnd(const std::vector<std::string>& argv, absl::Duration timeout);

}  // namespace tally
