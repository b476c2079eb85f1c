// The commands of the program. Each returns the exit status of the process, and writes the reason to stderr if it is
// not 0.
#pragma once

#include "absl/status/status.h"
#include "apps/config/config.h"
#include "apps/node/node.h"
#include "apps/options.h"

namespace tally {

int RunServe(const ServeOptions& options);
int RunDemo(const DemoOptions& options);
int RunCheck(const CheckOptions& options);
int RunTry(const TryOptions& options);
int RunDump(const DumpOptions& options);

// Writes log lines to stderr, one for each message, with RFC 3339 times in UTC.
void SetUpLogging();

// Blocks SIGINT, SIGTERM and SIGHUP, so that WaitForSignal() receives them. Call it before any thread starts.
void BlockSignals();

// Waits for one of them, `timeout` at most. Returns whether the process must end. SIGHUP only logs a line: a terminal
// that is closed sends it, and so do tools that rotate log files.
bool WaitForSignal(absl::Duration timeout);

// Logs an error. Returns the exit status for it.
int Report(const absl::Status& status);

// Prints the line that names the node's addresses.
void PrintListening(const Config& config, const Node& node);

}  // namespace tally
