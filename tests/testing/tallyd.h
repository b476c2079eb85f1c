// Runs the real binary as a child of the test, and queries it as a user does.
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
  // Runs `tallyd serve` with these arguments on free ports, and waits until it listens. `wrapper` is a command that
  // runs it, such as {"env", "NAME=VALUE"}. Call it from the main thread (see Subprocess).
  static absl::StatusOr<std::unique_ptr<Tallyd>> Start(const std::vector<std::string>& arguments,
                                                       const std::vector<std::string>& wrapper = {});

  const std::string& port() const { return port_; }
  const std::string& http_port() const { return http_port_; }
  uint16_t port_number() const { return static_cast<uint16_t>(std::stoi(port_)); }
  uint16_t http_port_number() const { return static_cast<uint16_t>(std::stoi(http_port_)); }
  Subprocess& process() { return *process_; }

  // Returns the output of `tallyd query` without the last line feed, or its error.
  std::string Query(const std::vector<std::string>& words);

  // Returns the value of a line of INFO; an empty string if there is no such line.
  std::string Info(std::string_view name);

  // Returns the whole response to GET `path` over HTTP, with the status line; an empty string if there is none.
  std::string Http(std::string_view path);

  // Waits until the node has read exactly `records` records, according to INFO.
  absl::Status WaitUntilRead(uint64_t records, absl::Duration timeout);

  // Sends SIGTERM and returns the exit status. kStopMax is the promised maximum time of a graceful shutdown.
  static constexpr absl::Duration kStopMax = absl::Seconds(2);
  absl::StatusOr<int> Stop();

  // Runs the binary again with the same arguments and on the same ports. REQUIRES: it has ended.
  absl::Status StartAgain();

 private:
  absl::Status Launch(const std::string& port, const std::string& http_port);

  std::vector<std::string> argv_;  // without the options
  std::vector<std::string> arguments_;
  std::unique_ptr<Subprocess> process_;
  std::string port_;
  std::string http_port_;
};

// Runs a command of the binary to its end. If that fails, the test fails.
Finished RunTallyd(std::vector<std::string> arguments);

// The output of `tallyd dump` for a directory: the counters, the next offsets, and the fates summed over all
// partitions.
struct Dump {
  Counts counts;
  std::map<TopicPartition, int64_t> next;
  std::map<std::string, uint64_t> fates;
};
absl::StatusOr<Dump> ReadDump(const std::string& directory);

}  // namespace tally
