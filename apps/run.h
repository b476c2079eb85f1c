// What the commands do. Each returns the process's exit status and has said on stderr why, if it is not 0.
#pragma once

#include "absl/status/status.h"
#include "apps/config/config.h"
#include "apps/node/node.h"
#include "apps/options.h"

namespace tally {

int RunServe(const ServeOptions& options);
int RunDemo(const DemoOptions& options);
int RunCheck(const CheckOptions& options);
int RunDump(const DumpOptions& options);

// Logs one line each to stderr, with RFC 3339 UTC times.
void SetUpLogging();

// SIGINT and SIGTERM are kept for WaitForSignal(). Before any thread is started.
void BlockSignals();

// Waits up to `timeout`; returns whether one of them came.
bool WaitForSignal(absl::Duration timeout);

// The exit status that stands for an error, which is logged.
int Report(const absl::Status& status);

// The line that says where the node listens.
void PrintListening(const Config& config, const Node& node);

}  // namespace tally
