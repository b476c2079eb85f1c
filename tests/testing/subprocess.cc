#include "tests/testing/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// The maximum number of bytes of a child's stderr in an error.
constexpr size_t kQuotedMax = 2000;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Tail(const std::string& text) {
  return text.size() <= kQuotedMax ? text : "..." + text.substr(text.size() - kQuotedMax);
}

absl::Status Errno(std::string_view what, std::string_view name, int error) {
  return absl::UnavailableError(Cat(what, " ", name, ": ", std::string_view(std::strerror(error))));
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::vector<std::string>& added) {
  std::map<std::string, std::string> by_name;
  auto add = [&](const std::string& entry) { by_name[entry.substr(0, entry.find('='))] = entry; };
  for (char** entry = environ; *entry != nullptr; ++entry) add(*entry);
  for (const std::string& entry : added) add(entry);
  std::vector<std::string> all;
  for (auto& [name, entry] : by_name) all.push_back(std::move(entry));
  return all;
}

// Everything that the child needs. It is prepared before the fork, because code between fork and exec must not
// allocate.
struct Launch {
  std::vector<char*> argv;
  std::vector<char*> environment;
  int in = -1, out = -1, err = -1;
  int report = -1;  // receives errno if exec fails; a successful exec closes it
  pid_t parent = -1;
};

[[noreturn]] void RunChild(const Launch& launch) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);  // the parent ended before the call of prctl
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(launch.in, STDIN_FILENO);
  dup2(launch.out, STDOUT_FILENO);
  dup2(launch.err, STDERR_FILENO);
  execvpe(launch.argv[0], launch.argv.data(), launch.environment.data());
  int error = errno;
  [[maybe_unused]] ssize_t written = write(launch.report, &error, sizeof error);
  _exit(127);
}

int OpenForOutput(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
}

int MillisUntil(absl::Time deadline) {
  return static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(deadline - absl::Now()) + 1, 0, 60'000));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(const std::vector<std::string>& argv,
                                                              const Options& options) {
  TALLY_CHECK(!argv.empty());
  std::unique_ptr<Subprocess> child(new Subprocess());
  child->name_ = argv[0];
  if (options.output_dir.empty()) child->own_dir_.emplace("tally-subprocess");
  const std::string dir = child->own_dir_ ? child->own_dir_->path() : options.output_dir;
  child->stdout_path_ = dir + "/stdout";
  child->stderr_path_ = dir + "/stderr";
  child->inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (child->inotify_ < 0 || inotify_add_watch(child->inotify_, dir.c_str(), IN_MODIFY) < 0) {
    return Errno("inotify on", dir, errno);
  }

  Launch launch;
  const std::vector<std::string> environment = EnvironmentWith(options.environment);
  launch.argv = Pointers(argv);
  launch.environment = Pointers(environment);
  launch.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  launch.out = OpenForOutput(child->stdout_path_);
  launch.err = OpenForOutput(child->stderr_path_);
  launch.parent = getpid();
  TALLY_CHECK(launch.in >= 0 && launch.out >= 0 && launch.err >= 0);
  int report[2];
  TALLY_CHECK(pipe2(report, O_CLOEXEC) == 0);
  launch.report = report[1];

  child->pid_ = fork();
  if (child->pid_ == 0) RunChild(launch);
  const int fork_error = errno;
  for (int fd : {launch.in, launch.out, launch.err, launch.report}) close(fd);
  int exec_error = 0;
  const bool failed = child->pid_ > 0 && read(report[0], &exec_error, sizeof exec_error) > 0;
  close(report[0]);
  if (child->pid_ < 0) return Errno("fork for", argv[0], fork_error);
  // Not <sys/pidfd.h>: it has no extern "C" in glibc 2.36.
  child->pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, child->pid_, 0));
  TALLY_CHECK(child->pidfd_ >= 0);
  if (failed) return Errno("cannot execute", argv[0], exec_error);
  return child;
}

Subprocess::~Subprocess() {
  if (pid_ > 0 && !status_) {
    Kill(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pidfd_ >= 0) close(pidfd_);
  if (inotify_ >= 0) close(inotify_);
}

void Subprocess::Kill(int signal) {
  if (!status_) kill(-pid_, signal);
}

bool Subprocess::Reap() {
  if (status_) return true;
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return false;
  kill(-pid_, SIGKILL);  // the rest of its group; after the child is reaped, another group can get the same number
  int status = 0;
  TALLY_CHECK(waitpid(pid_, &status, 0) == pid_);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

void Subprocess::WaitForActivity(absl::Time deadline) {
  pollfd fds[] = {{pidfd_, POLLIN, 0}, {inotify_, POLLIN, 0}};
  poll(fds, 2, MillisUntil(deadline));
  alignas(inotify_event) char events[4096];
  while (read(inotify_, events, sizeof events) > 0) continue;
}

absl::StatusOr<int> Subprocess::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!Reap()) {
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(Cat(name_, " still runs after ", FromAbsl(absl::FormatDuration(timeout))));
    }
    pollfd ended = {pidfd_, POLLIN, 0};
    poll(&ended, 1, MillisUntil(deadline));
  }
  return *status_;
}

std::optional<std::string> Subprocess::FindLine(std::string_view part) const {
  for (const std::string& path : {stderr_path_, stdout_path_}) {
    const std::string text = ReadAll(path);
    size_t begin = 0;
    for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      std::string_view line(text.data() + begin, end - begin);
      if (line.find(part) != std::string_view::npos) return std::string(line);
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::string> Subprocess::WaitForLine(std::string_view part, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const bool ended = Reap();  // before FindLine(), which then sees all output of a child that has ended
    if (auto line = FindLine(part)) return *line;
    if (ended) {
      return absl::AbortedError(
          Cat(name_, " ended with status ", *status_, " without a line with '", part, "'; stderr: ", Tail(Stderr())));
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(Cat(name_, ": no line with '", part, "' after ",
                                             FromAbsl(absl::FormatDuration(timeout)), "; stderr: ", Tail(Stderr())));
    }
    WaitForActivity(deadline);
  }
}

std::string Subprocess::Stdout() const { return ReadAll(stdout_path_); }
std::string Subprocess::Stderr() const { return ReadAll(stderr_path_); }

absl::StatusOr<Finished> RunToEnd(const std::vector<std::string>& argv, absl::Duration timeout) {
  ASSIGN_OR_RETURN(std::unique_ptr<Subprocess> child, Subprocess::Start(argv));
  ASSIGN_OR_RETURN(int status, child->Wait(timeout));
  return Finished{status, child->Stdout(), child->Stderr()};
}

}  // namespace tally
