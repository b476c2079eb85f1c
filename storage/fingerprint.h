// What the counters in a directory depend on, as text: a directory counted under one configuration is not continued
// under another.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/events/spec.h"

namespace tally {

struct Fingerprints {
  std::string event;
  std::map<std::string, std::string> metrics;  // by name
};

Fingerprints FingerprintsOf(const EventSpec& event, const std::vector<MetricSpec>& metrics);

// FailedPrecondition, saying what differs, if [event] or a metric that both have is another one. A metric that only one
// of them has is no difference: it was added or removed.
absl::Status CheckSame(const Fingerprints& stored, const Fingerprints& configured);

}  // namespace tally
