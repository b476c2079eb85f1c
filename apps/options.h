// The command line.
//
//   Command command = ParseOptions(argc, argv);
//   // std::visit: ServeOptions, DemoOptions, ... each is a command to run; Exit is all there is to do.
//
// Only the line itself is checked here. What --config, --set and the flags that stand for configuration say is checked
// by LoadConfig().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tally {

// The exit statuses that are part of the program's contract.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailure = 1;  // at run time; the last line on stderr says which
inline constexpr int kExitUsage = 2;    // wrong usage or configuration
inline constexpr int kExitData = 3;     // the data directory is locked, damaged, another's, or unexpectedly empty

// What stands over the file, as it was typed. The order of `set` counts, the flags win over it.
struct ServeOptions {
  std::optional<std::string> config;  // the file's name; none: every key has its default
  std::vector<std::string> set;       // section.key=value
  std::optional<std::string> brokers;
  std::optional<std::string> topics;  // A,B
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> http;
  bool init = false;                       // start anew although the group's positions say that there was a node before
  bool recount = false;                    // count again what a changed configuration or an early horizon left wrong
  std::vector<std::string> accepted_gaps;  // TOPIC:PARTITION@NEXT, as ParseAcceptedGap() takes them
};

struct DemoOptions {
  static constexpr int kSecondsMax = 86'400;
  static constexpr int kRateMax = 1'000'000;

  int seconds = 0;  // 0: until it is interrupted
  int rate = 1000;  // events a second
};

struct CheckOptions {
  std::string config;
};

struct DumpOptions {
  enum class Format { kText, kJson, kCsv };

  std::string dir;
  Format format = Format::kText;
};

struct QueryOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 7878;
  std::optional<std::string> password_file;
  std::vector<std::string> command;  // never empty
};

// Nothing to run: print `text`, to stdout if the status is kExitDone and to stderr otherwise, and exit.
struct Exit {
  int status = kExitDone;
  std::string text;  // ends its last line
};

using Command = std::variant<ServeOptions, DemoOptions, CheckOptions, DumpOptions, QueryOptions, Exit>;

// Prints nothing and never exits by itself.
Command ParseOptions(int argc, const char* const* argv);

}  // namespace tally
