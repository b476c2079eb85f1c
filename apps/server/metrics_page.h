// The node's metrics about itself, in Prometheus' text format 0.0.4: the figures of core/query/figures.h and the fates
// of the records. They do not include the series that the node counts: there may be a million, and their minutes are
// older than a scrape.
//
//   MetricsPage page(ReadFacts(counters, status, wall.Now()));
//   while (page.Append(out)) Send(out), out.clear();
//
// The page is written in pieces, because a node with 10,000 partitions has more than 100,000 samples. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/query/figures.h"

namespace tally {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

class MetricsPage {
 public:
  static constexpr size_t kPieceBytes = 16 * 1024;  // a piece ends after this
  static constexpr size_t kPartitionsAtOnce = 32;   // a piece is at most the samples of this many partitions longer

  explicit MetricsPage(NodeFacts facts) : facts_(std::move(facts)) {}

  // Appends the next piece. Returns whether there is more.
  bool Append(std::string& out);

 private:
  bool AppendSome(std::string& out);

  const NodeFacts facts_;
  size_t family_ = 0;     // of the families with a sample for each partition: the fates, then PartitionFigures()
  size_t partition_ = 0;  // the next partition of this family
};

}  // namespace tally
