// The real binary, run beside a test and asked as a user asks it.
//
//   auto node = Tallyd::Start({"--brokers", broker.bootstrap(), "--topics", topic, "--data", dir});
//   (*node)->WaitUntilRead(1000, absl::Seconds(30));
//   EXPECT_EQ((*node)->Query({"GET", "stats:mw:login", "-1m"}), "17");
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/events/record.h"
#include "tests/testing/subprocess.h"

namespace tally {

// (minute as 2011-06-05T14:30Z, series) -> count
using Counts = std::map<std::pair<std::string, std::string>, uint64_t>;

class Tallyd {
 public:
  // `tallyd serve` with these arguments, on free ports, run by `by`: {"env", "NAME=VALUE"}. Returns once it
  // listens. From the main thread (see Subprocess).
  static absl::StatusOr<std::unique_ptr<Tallyd>> Start(const std::vector<std::string>& arguments,
                                                       const std::vector<std::string>& by = {});

  const std::string& port() const { return port_; }
  const std::string& http_port() const { return http_port_; }
  uint16_t port_number() const { return static_cast<uint16_t>(std::stoi(port_)); }
  uint16_t http_port_number() const { return static_cast<uint16_t>(std::stoi(http_port_)); }
  Subprocess& process() { return *process_; }

  // What `tallyd query` prints, without the last line end; its error where it fails.
  std::string Query(const std::vector<std::string>& words);

  // The value of a line of INFO; empty if there is none.
  std::string Info(std::string_view name);

  // What it answers to GET of `path` over HTTP, status line and all; empty if it does not.
  std::string Http(std::string_view path);

  // Returns once INFO says that so many records were read, and no more.
  absl::Status WaitUntilRead(uint64_t records, absl::Duration timeout);

  // SIGTERM; the exit status. How long that may take is promised to whoever runs one.
  static constexpr absl::Duration kStopMax = absl::Seconds(2);
  absl::StatusOr<int> Stop();

 private:
  std::unique_ptr<Subprocess> process_;
  std::string port_;
  std::string http_port_;
};

// What `tallyd dump` prints of a directory: the counters, the next offsets, and the sums of the fates over all of them.
struct Dump {
  Counts counts;
  std::map<TopicPartition, int64_t> next;
  std::map<std::string, uint64_t> fates;
};
absl::StatusOr<Dump> ReadDump(const std::string& directory);

}  // namespace tally
