// A checkpoint in today's structures, independent of the version and the store that it comes from.
#pragma once

#include <map>
#include <string>

#include "core/counters/changes.h"
#include "storage/fingerprint.h"
#include "storage/rows.h"

namespace tally {

// The part of the configuration that concerns the metrics, and since when each metric is counted.
struct MetricRows {
  std::string event;                         // the fingerprint of [event]
  std::map<std::string, MetricRow> metrics;  // by name
};

struct CheckpointContents {
  HeaderRow header;
  MetricRows metrics;
  Saved saved;

  Fingerprints fingerprints() const;
};

}  // namespace tally
