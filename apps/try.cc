#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <utility>

#include "apps/config/load.h"
#include "apps/run.h"
#include "apps/system_clock.h"
#include "apps/trial/line_reader.h"
#include "apps/trial/trial.h"
#include "apps/trial/trial_report.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kProgressAfter = absl::Seconds(2);  // and as often

// The progress through a large file, on stderr: a line that a terminal overwrites.
class ReadProgress {
 public:
  ReadProgress(int fd, const Clock& clock) : clock_(clock), shown_at_(clock.Monotonic()) {
    struct stat status {};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<uint64_t>(status.st_size);
  }
  ~ReadProgress() {
    if (shown_ && terminal_) std::cerr << "\r\033[K" << std::flush;
  }
  ReadProgress(const ReadProgress&) = delete;
  ReadProgress& operator=(const ReadProgress&) = delete;

  void Show(uint64_t bytes) {
    const absl::Duration now = clock_.Monotonic();
    if (now - shown_at_ < kProgressAfter) return;
    shown_at_ = now;
    shown_ = true;
    std::string text = Cat("read ", bytes >> 20, " MB");
    if (size_ > 0) Append(text, Cat(" of ", size_ >> 20, " MB, ", 100 * bytes / size_, " %"));
    std::cerr << (terminal_ ? "\r" : "") << text << (terminal_ ? "" : "\n") << std::flush;
  }

 private:
  const Clock& clock_;
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  absl::Duration shown_at_;
  uint64_t size_ = 0;  // 0: not known
  bool shown_ = false;
};

absl::StatusOr<int> OpenInput(const std::string& file) {
  if (file.empty()) return STDIN_FILENO;
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::UnavailableError(Cat(file, ": cannot open: ", std::strerror(errno)));
  return fd;
}

absl::StatusOr<TrialResult> CountAll(const Config& config, int fd, int64_t limit, const Clock& clock) {
  constexpr int64_t kProgressLines = 10'000;
  ASSIGN_OR_RETURN(auto rules, Rules::Compile(config.event, config.metrics));
  Trial trial(config, std::move(rules), clock);
  LineReader reader(fd);
  ReadProgress progress(fd, clock);
  int64_t lines = 0;
  while (lines < limit) {
    ASSIGN_OR_RETURN(auto some, reader.Next(std::min<size_t>(Trial::kLines, static_cast<size_t>(limit - lines))));
    if (some.empty()) break;
    trial.Count(some);
    const int64_t before = std::exchange(lines, lines + static_cast<int64_t>(some.size()));
    if (before / kProgressLines != lines / kProgressLines) progress.Show(reader.bytes());
  }
  return trial.Finish();
}

}  // namespace

int RunTry(const TryOptions& options) {
  ConfigSources sources;
  sources.config = options.config;
  absl::StatusOr<Config> config = LoadConfig(sources);
  if (!config.ok()) return Report(config.status());
  static const SystemClock clock;
  absl::StatusOr<int> fd = OpenInput(options.file);
  if (!fd.ok()) return Report(fd.status());
  absl::StatusOr<TrialResult> result = CountAll(*config, *fd, options.limit, clock);
  if (!result.ok()) return Report(Annotate(result.status(), options.file.empty() ? "standard input" : options.file));
  TrialReportOptions style{.now = clock.Now()};
  style.colors = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::cout << TrialReport(*result, *config, style);
  if (result->fate(Fate::kCounted) > 0) return kExitDone;
  return Report(absl::UnavailableError(result->records() == 0 ? "the input has no records" : "no record was counted"));
}

}  // namespace tally
