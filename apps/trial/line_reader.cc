#include "apps/trial/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr size_t kReadBytes = 1 << 20;

}  // namespace

LineReader::LineReader(int fd) : fd_(fd), buffer_(kReadBytes, '\0') {}

absl::StatusOr<std::span<const LineReader::Line>> LineReader::Next(size_t most) {
  lines_.clear();
  while (lines_.size() < most) {
    const char* from = buffer_.data() + scanned_;
    if (auto* lf = static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_)); lf != nullptr) {
      const size_t end = static_cast<size_t>(lf - buffer_.data());
      Take(end);
      begin_ = scanned_ = end + 1;
      continue;
    }
    scanned_ = end_;
    if (!lines_.empty()) break;  // they are views of the buffer
    ASSIGN_OR_RETURN(const bool more, Fill());
    if (more) continue;
    if (begin_ < end_) Take(end_);
    begin_ = scanned_ = end_;
    break;
  }
  return std::span<const Line>(lines_);
}

void LineReader::Take(size_t end) {
  bytes_ += end - begin_ + 1;
  ++number_;
  std::string_view text(buffer_.data() + begin_, end - begin_);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!text.empty()) lines_.push_back({number_, text});
}

absl::StatusOr<bool> LineReader::Fill() {
  if (over_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  scanned_ -= begin_;
  begin_ = 0;
  if (end_ > kLineMax) {
    return absl::InvalidArgumentError(Cat("line ", number_ + 1, ": expected at most ", kLineMax, " bytes, got more"));
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  ssize_t got = 0;
  do {
    got = read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return absl::UnavailableError(Cat("cannot read: ", std::strerror(errno)));
  over_ = got == 0;
  end_ += static_cast<size_t>(got);
  return got > 0;
}

}  // namespace tally
