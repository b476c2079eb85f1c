// What became of an event. Each has exactly one fate; a partition's fates sum to the records read from it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

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

// What the node knows of a partition and the checkpoint keeps.
struct PartitionState {
  int64_t next = 0;                        // the next offset to read
  std::array<uint64_t, kFates> fates{};    // of the records before it
  std::optional<Timestamp> newest_event;   // the largest time of an event that was not rejected as future
  std::optional<Timestamp> newest_stamp;   // the largest timestamp of a record

  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};

}  // namespace tally
