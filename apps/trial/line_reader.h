// Reads a file, or a pipe, line by line, without a copy of each line.
//
//   LineReader lines(fd);
//   while (true) {
//     ASSIGN_OR_RETURN(auto some, lines.Next(10));
//     if (some.empty()) break;                        // the end of the file
//   }
//
// A line ends with LF or CRLF, or with the file. Empty lines are skipped. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tally {

class LineReader {
 public:
  // A longer line is an error: it is a binary file, or one that no Kafka would take as a record.
  static constexpr size_t kLineMax = 16 << 20;

  // Reads from `fd`, which outlives the reader.
  explicit LineReader(int fd);

  struct Line {
    uint64_t number = 0;  // in the file, from 1
    std::string_view text;
  };

  // Returns at least one line and at most `most`; none at the end. The result lives until the next call.
  absl::StatusOr<std::span<const Line>> Next(size_t most);

  uint64_t bytes() const { return bytes_; }  // returned so far

 private:
  // Makes room and reads more. Returns false at the end of the file.
  absl::StatusOr<bool> Fill();
  void Take(size_t end);

  const int fd_;
  std::string buffer_;
  size_t begin_ = 0;    // of the first line that was not returned
  size_t scanned_ = 0;  // there is no LF between begin_ and this
  size_t end_ = 0;
  uint64_t number_ = 0;
  uint64_t bytes_ = 0;
  bool over_ = false;
  std::vector<Line> lines_;
};

}  // namespace tally
