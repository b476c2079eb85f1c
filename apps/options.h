// The command line.
//
//   Command command = ParseOptions(argc, argv);
//   // std::visit: ServeOptions, DemoOptions, ... each is a command to run. Exit is not: it only prints.
//
// Only the line itself is checked here. LoadConfig() checks --config, --set and the flags that are configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/config/load.h"

namespace tally {

// The exit statuses that are part of the program's contract.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailure = 1;  // at run time; the last line on stderr says which
inline constexpr int kExitUsage = 2;    // wrong usage or configuration
inline constexpr int kExitData = 3;     // the data directory is locked, damaged, another's, or unexpectedly empty

// The sources of the configuration, and what else `serve` takes.
struct ServeOptions : ConfigSources {
  bool init = false;                       // start empty although the group's offsets are those of an earlier node
  bool recount = false;                    // count again if a changed configuration or a late horizon requires it
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
