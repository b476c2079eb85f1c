// The part of the configuration that the counters of a checkpoint depend on, as text: a checkpoint of one configuration
// cannot continue with another. The text is stored, so the same configuration has the same fingerprint in every
// release.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/events/spec.h"

namespace tally {

struct Fingerprints {
  std::string event;
  std::map<std::string, std::string> metrics;  // by name
};

Fingerprints FingerprintsOf(const EventSpec& event, const std::vector<MetricSpec>& metrics);

// The decimals of a metric's counts, from its fingerprint.
uint32_t DecimalsOf(std::string_view fingerprint);

// FailedPrecondition, with the difference in the message, if [event] differs or a metric that both have. A metric that
// only one of them has is not a difference: it was added or removed.
absl::Status CheckSame(const Fingerprints& stored, const Fingerprints& configured);

}  // namespace tally
