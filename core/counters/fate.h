// The fate of a record: what became of it. Each record has exactly one fate. The fates of a partition add up to the
// records that were read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

// Fates are decided in this order: unparsable, missing_field for an event without a time, late, future, filtered,
// counted, missing_field for an event without a field that a metric needs.
enum class Fate : uint8_t { kCounted, kLate, kFuture, kUnparsable, kMissingField, kFiltered };
inline constexpr size_t kFates = 6;
inline constexpr std::array<std::string_view, kFates> kFateNames = {"counted",    "late",          "future",
                                                                    "unparsable", "missing_field", "filtered"};

inline std::string_view Name(Fate fate) { return kFateNames[static_cast<size_t>(fate)]; }

// Records that an operator chose to skip (--accept-gap): reading continued at `to` instead of `from`.
struct Gap {
  int64_t from = 0;
  int64_t to = 0;  // before `from` if the topic was created again
  Timestamp at;    // by the node's clock

  friend bool operator==(const Gap&, const Gap&) = default;
};

// The state of a partition that a checkpoint keeps.
struct PartitionState {
  static constexpr size_t kGapsMax = 16;  // keeps the latest gaps

  int64_t next = 0;                                 // the next offset to read
  std::array<uint64_t, kFates> fates{};             // of the records before `next`
  std::optional<Timestamp> newest_event_time = {};  // the largest time of an event that was not rejected as future
  std::optional<Timestamp> newest_timestamp = {};   // the largest timestamp of a record
  std::string cluster = {};                         // the id of the Kafka cluster; empty: not known
  std::optional<RecordMark> last = {};              // the last record that was applied
  std::vector<Gap> gaps = {};                       // oldest first

  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};

}  // namespace tally
