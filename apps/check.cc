// `tallyd check`: prints a configuration, and what it would do to a data directory.
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "apps/config/load.h"
#include "apps/run.h"
#include "apps/system_clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"
#include "storage/directory_store.h"
#include "storage/fingerprint.h"

namespace tally {
namespace {

// As comments, so that the whole output stays TOML.
void PrintLine(std::string_view line) { std::cout << "# " << line << "\n"; }

void PrintMetrics(const Fingerprints& stored, const Fingerprints& configured) {
  for (const auto& [name, print] : configured.metrics) {
    if (!stored.metrics.contains(name)) PrintLine(Cat("adds [[metric]] ", name, ": it starts at the loaded offsets"));
  }
  for (const auto& [name, print] : stored.metrics) {
    if (!configured.metrics.contains(name)) PrintLine(Cat("drops [[metric]] ", name, " and its counts"));
  }
}

// An error: `serve` would refuse the directory.
absl::Status PrintEffect(const Config& config) {
  const std::string& directory = config.checkpoint.dir;
  absl::StatusOr<std::optional<CheckpointContents>> read =
      ReadCheckpointIfAny(directory, [](std::string_view line) { spdlog::warn("rocksdb: {}", line); });
  if (absl::IsUnimplemented(read.status())) PrintLine("needs serve --recount: the directory's version is unknown");
  RETURN_IF_ERROR(read.status());
  if (!read->has_value()) {
    PrintLine(Cat(directory, " has no checkpoint: this would be a first start, at kafka.start"));
    return absl::OkStatus();
  }
  const CheckpointContents contents = **std::move(read);
  const Fingerprints stored = contents.fingerprints();
  const Fingerprints configured = FingerprintsOf(config.event, config.metrics);
  if (absl::Status same = CheckSame(stored, configured); !same.ok()) {
    PrintLine("needs serve --recount: the directory was counted with another configuration");
    return Annotate(same, Cat("data directory ", directory));
  }
  PrintLine(Cat("continues checkpoint ", contents.header.sequence, " of node ", contents.header.node, " in ", directory,
                ": ", contents.saved.partitions.size(), " partitions, ", contents.saved.series.size(), " series"));
  PrintMetrics(stored, configured);
  const Timestamp now = SystemClock().Now();
  if (contents.header.horizon > MinuteOf(now)) {
    PrintLine(Cat("the horizon ", FormatMinute(contents.header.horizon), " is later than the clock, ",
                  FormatTimestamp(now), ": until then every event is late, unless serve --recount counts again"));
  }
  return absl::OkStatus();
}

}  // namespace

int RunCheck(const CheckOptions& options) {
  ConfigSources sources;
  sources.config = options.config;
  sources.data = options.data;
  absl::StatusOr<Config> config = LoadNodeConfig(sources);
  if (!config.ok()) return Report(config.status());
  std::cout << PrintConfig(*config);
  if (!options.data.has_value()) return kExitDone;
  std::cout << "\n";
  return Report(PrintEffect(*config));
}

}  // namespace tally
