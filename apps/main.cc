// tallyd: per-minute counts from Kafka, exactly once, in one binary.

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

#include "apps/config/password_file.h"
#include "apps/node/memory.h"
#include "apps/options.h"
#include "apps/query_client.h"
#include "apps/run.h"

namespace tally {
namespace {

int Run(const Exit& exit) {
  (exit.status == kExitDone ? std::cout : std::cerr) << exit.text;
  return exit.status;
}
int Run(const ServeOptions& options) { return RunServe(options); }
int Run(const DemoOptions& options) { return RunDemo(options); }
int Run(const CheckOptions& options) { return RunCheck(options); }
int Run(const TryOptions& options) { return RunTry(options); }
int Run(const DumpOptions& options) { return RunDump(options); }
int Run(const QueryOptions& options) {
  std::string password;
  if (options.password_file) {
    absl::StatusOr<std::string> read = ReadPasswordFile(*options.password_file);
    if (!read.ok()) return Report(read.status());
    password = *std::move(read);
  }
  return RunQuery(options.host, options.port, password, options.command, std::cout, std::cerr);
}

}  // namespace
}  // namespace tally

int main(int argc, char** argv) {
  tally::KeepMemory();
  tally::SetUpLogging();
  tally::Command command = tally::ParseOptions(argc, argv);
  int status = std::visit([](const auto& options) { return tally::Run(options); }, command);
  std::cout.flush();
  std::cerr.flush();
  std::_Exit(status);  // without waiting for threads that RunServe() left behind
}
