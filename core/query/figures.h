// The figures of a node. INFO and /metrics both render these two lists, so a new figure is one new line in figures.cc
// and appears in both.
//
//   const NodeFacts facts = ReadFacts(slices, status, wall.Now());
//   for (const NodeFigure& figure : NodeFigures()) Show(figure.info, figure.value(facts));
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/query/node_status.h"
#include "core/query/slices.h"

namespace tally {

// The facts that figures are computed from, read once for all of them.
struct NodeFacts {
  NodeStatus node;
  size_t series = 0;      // held by the node: a name is counted once per slice that has it
  uint64_t counters = 0;  // of the minutes, as of the last cut
  Minute horizon;
  std::vector<PartitionStatus> partitions = {};
  std::vector<Minute> minutes = {};  // those with counts, ascending
  Timestamp wall;
  int64_t keys = 0;  // buckets: set by INFO only, because counting them takes long
};
NodeFacts ReadFacts(Slices slices, NodeStatus node, Timestamp wall);

// A duration is in seconds in /metrics, and in the unit at the end of its name in INFO (_ms or _seconds). A minute is
// the time of its start. Nothing: INFO shows `-`, /metrics leaves it out.
using FigureValue = std::optional<std::variant<uint64_t, absl::Duration, Minute>>;

enum class FigureType { kGauge, kCounter };

struct NodeFigure {
  std::string_view section;  // of INFO
  std::string_view info;     // the name in INFO
  std::string_view metric;   // the name in /metrics
  FigureType type;
  std::string_view help;
  FigureValue (*value)(const NodeFacts& facts);
};
std::span<const NodeFigure> NodeFigures();

// /metrics has a gauge for each partition. INFO's section Kafka has one line for all of them: the sum or the largest
// value. Nothing: the value of that partition is unknown.
struct PartitionFigure {
  enum class Total { kNone, kSum, kMax };

  std::string_view metric;
  std::string_view help;
  std::optional<int64_t> (*value)(const PartitionStatus& partition, Timestamp wall);
  std::string_view info = {};
  Total total = Total::kNone;  // kNone: no line in INFO
};
std::span<const PartitionFigure> PartitionFigures();

// Returns 0 if no partition has a value. REQUIRES: the figure has a total.
int64_t TotalOf(const PartitionFigure& figure, const NodeFacts& facts);

}  // namespace tally
