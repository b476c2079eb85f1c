// Runs a program as a child of the test. Its output goes to files, and every wait has a timeout.
//
//   auto node = Subprocess::Start({TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0"});
//   auto line = (*node)->WaitForLine("listening text=", absl::Seconds(10));
//   (*node)->Kill(SIGKILL);
//   EXPECT_EQ(*(*node)->Wait(absl::Seconds(5)), 128 + SIGKILL);
//
// To run a program to its end, use RunToEnd() below.
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

// The child has its own process group, and its stdin is /dev/null. The destructor kills it. It also ends if the test is
// killed with SIGKILL: the kernel sends SIGKILL to the child when the THREAD that called Start() ends, so call Start()
// from a thread that outlives the child.
//
// Not thread-safe. External errors are a Status: no such program, a timeout, missing output.
class Subprocess {
 public:
  struct Options {
    std::vector<std::string> environment;  // "NAME=value", in addition to the test's environment
    std::string output_dir;                // keeps stdout and stderr; empty: a temporary directory
  };

  // Runs argv[0], which is looked up in PATH. Fails if the program cannot be executed.
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

  // Returns the first complete line of stderr, or else of stdout, that contains `part`, also if it was written earlier.
  // Fails after `timeout`, or if the child ends without such a line; the error quotes the end of its stderr.
  absl::StatusOr<std::string> WaitForLine(std::string_view part, absl::Duration timeout);

  // Sends `signal` to the whole group. Does nothing after the child was reaped.
  void Kill(int signal);

  // Waits for the end of the child. Returns the exit status as a shell does: 0 to 255, or 128 + the signal that ended
  // it. Later calls return the same status.
  absl::StatusOr<int> Wait(absl::Duration timeout);

  // Return the output so far.
  std::string Stdout() const;
  std::string Stderr() const;

 private:
  Subprocess() = default;

  // Blocks until output is written, the child ends, or `deadline` has passed.
  void WaitForActivity(absl::Time deadline);
  std::optional<std::string> FindLine(std::string_view part) const;
  bool Reap();

  std::string name_;
  std::optional<TempDir> own_dir_;
  std::string stdout_path_;
  std::string stderr_path_;
  pid_t pid_ = -1;
  int pidfd_ = -1;    // readable after the child has ended
  int inotify_ = -1;  // readable after a write to a file in the output directory
  std::optional<int> status_;
};

struct Finished {
  int status = 0;  // the result of Subprocess::Wait()
  std::string out;
  std::string err;
};

// Runs a program to its end. Kills it and fails if it takes longer than `timeout`.
absl::StatusOr<Finished> RunToEnd(const std::vector<std::string>& argv, absl::Duration timeout);

}  // namespace tally
