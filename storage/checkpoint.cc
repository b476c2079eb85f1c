#include "storage/checkpoint.h"

namespace tally {

Fingerprints CheckpointContents::fingerprints() const {
  Fingerprints prints;
  prints.event = metrics.event;
  for (const auto& [name, row] : metrics.metrics) prints.metrics[name] = row.fingerprint;
  return prints;
}

}  // namespace tally
