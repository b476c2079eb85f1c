// The command line.
//
//   Command command = ParseOptions(argc, argv);
//   // std::visit: ServeOptions, DemoOptions, ... are commands to run; Exit means that only a text must be printed.
//
// ParseOptions() checks only the syntax of the command line. LoadConfig() checks the values of --config, --set and the
// flags that set configuration keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/config/load.h"

namespace tally {

// The exit statuses. They are public.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailure = 1;  // a failure at run time; the last line on stderr says which
inline constexpr int kExitUsage = 2;    // wrong usage or configuration
inline constexpr int kExitData = 3;     // the data directory is locked, damaged, another's, or unexpectedly empty

// The options of `serve`. ConfigSources has them as the user typed them: later elements of `set` win, and the flags
// override `set`.
struct ServeOptions : ConfigSources {
  bool init = false;                       // start although the group's committed offsets show that a node ran before
  bool recount = false;                    // count a directory again that cannot be continued
  std::vector<std::string> accepted_gaps;  // TOPIC:PARTITION@NEXT, for ParseAcceptedGap()
};

struct DemoOptions {
  static constexpr int kSecondsMax = 86'400;
  static constexpr int kRateMax = 1'000'000;

  int seconds = 0;  // 0: until an interrupt
  int rate = 1000;  // events a second
};

struct CheckOptions {
  std::string config;
  std::optional<std::string> data;  // also report what the configuration would do to this directory
};

struct TryOptions {
  std::optional<std::string> config;
  int64_t limit = INT64_MAX;  // records
  std::string file;           // empty: standard input
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

// There is no command to run: print `text` to stdout if the status is kExitDone, otherwise to stderr, and exit.
struct Exit {
  int status = kExitDone;
  std::string text;  // ends with a line feed
};

using Command = std::variant<ServeOptions, DemoOptions, CheckOptions, TryOptions, DumpOptions, QueryOptions, Exit>;

// Prints nothing and does not exit the process.
Command ParseOptions(int argc, const char* const* argv);

}  // namespace tally
