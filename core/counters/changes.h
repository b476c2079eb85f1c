// The data that a checkpoint stores of Counters: the changes since the last checkpoint when it is written, everything
// when it is loaded.
//
// Each part of the state (core/counters/state_part.h) has its own fields here. A new part adds its fields, and storage/
// adds their rows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/counters/block.h"
#include "core/counters/delta.h"
#include "core/counters/fate.h"
#include "core/counters/series_table.h"
#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

// The new state of the disk, in absolute values and never in increments: after an I/O error, it is unknown whether a
// batch was written, and absolute values can safely be written again.
struct Changes {
  struct BlockChange {
    BlockKey key;
    std::string packed;  // empty: the block is gone
  };
  struct SeriesChange {
    SeriesId id;
    std::string name;  // empty: the number is free
  };
  struct Partition {
    TopicPartition topic_partition;
    PartitionState state;
  };

  std::vector<Partition> partitions;   // all of them
  Timestamp clock = Timestamp::Min();  // the event clock, or the wall clock at the last Tick()

  // Of MinuteCounters.
  std::vector<BlockChange> blocks;
  std::vector<SeriesChange> series;
  std::vector<Minute> known_from;  // by metric
  Minute horizon = Minute::Min();
};

// The contents of a checkpoint. Its blocks are as they were written. Its series have distinct numbers and names.
struct Saved {
  std::vector<Changes::Partition> partitions;
  Timestamp clock = Timestamp::Min();

  // Of MinuteCounters. Its known_from is by metric and is restored by RaiseKnownFrom().
  std::vector<std::pair<BlockKey, Block>> blocks;
  std::vector<SeriesTable::NamedSeries> series;
  Minute horizon = Minute::Min();
};

}  // namespace tally
