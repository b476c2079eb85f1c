// The node's metrics about itself, in Prometheus' text format 0.0.4: the figures of core/query/figures.h and the fates
// of the records. The series that the node counts are not among them: there may be a million, and their minutes are
// older than a scrape.
//
//   MetricsPage page(ReadFacts(counters, status, wall.Now()));
//   while (page.Append(out)) Send(out), out.clear();
//
// It is written in pieces, because a node with 10,000 partitions has more than 100,000 samples. Not thread-safe.
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
  static constexpr size_t kPartitionsAtOnce = 32;   // and is longer by the samples of so many partitions at most

  explicit MetricsPage(NodeFacts facts) : facts_(std::move(facts)) {}

  // Appends the next piece. Returns whether there is more.
  bool Append(std::string& out);

 private:
  bool AppendSome(std::string& out);

  const NodeFacts facts_;
  size_t family_ = 0;     // of those with a sample for each partition: the fates, then PartitionFigures()
  size_t partition_ = 0;  // the next one of that family
};

}  // namespace tally
