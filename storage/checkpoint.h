// A checkpoint in today's structures, whichever version wrote it and wherever it is stored.
#pragma once

#include <map>
#include <string>

#include "core/counters/changes.h"
#include "storage/fingerprint.h"
#include "storage/rows.h"

namespace tally {

// What the configuration says about the metrics, and since when each was counted.
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
