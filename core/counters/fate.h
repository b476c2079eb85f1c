// What became of an event. Each has exactly one fate; a partition's fates sum to the records read from it.
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

// In the order in which they are decided; missing_field comes second for an event without a time, last for one without
// a field that a metric wanted.
enum class Fate : uint8_t { kCounted, kLate, kFuture, kUnparsable, kMissingField, kFiltered };
inline constexpr size_t kFates = 6;
inline constexpr std::array<std::string_view, kFates> kFateNames = {"counted",    "late",          "future",
                                                                    "unparsable", "missing_field", "filtered"};

inline std::string_view Name(Fate fate) { return kFateNames[static_cast<size_t>(fate)]; }

// Records that a person gave up, as they were not in the log any more: reading went on at `to` instead of `from`.
struct Gap {
  int64_t from = 0;
  int64_t to = 0;  // before `from` where the topic was created anew
  Timestamp at;    // by the node's clock

  friend bool operator==(const Gap&, const Gap&) = default;
};

// What the node knows of a partition and the checkpoint keeps.
struct PartitionState {
  static constexpr size_t kGapsMax = 16;  // the latest ones

  int64_t next = 0;                            // the next offset to read
  std::array<uint64_t, kFates> fates{};        // of the records before it
  std::optional<Timestamp> newest_event = {};  // the largest time of an event that was not rejected as future
  std::optional<Timestamp> newest_stamp = {};  // the largest timestamp of a record
  std::string cluster = {};                    // which the log is in, by Kafka's own name for it; empty: not known
  std::optional<RecordMark> last = {};         // the last record that was applied
  std::vector<Gap> gaps = {};                  // oldest first

  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};

}  // namespace tally
