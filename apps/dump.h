// `tallyd dump`: prints a checkpoint for a person or a program.
#pragma once

#include <ostream>

#include "apps/options.h"
#include "storage/checkpoint.h"

namespace tally {

// Writes the sequence, the offsets, then every counter, ordered by minute and series name.
//   text: `sequence N`, `node ID`, `horizon MINUTE`; `partition TOPIC N next OFFSET FATE N...`; `MINUTE SERIES COUNT`
//   json: one object with the whole checkpoint: sequence, node, horizon, clock, event (its fingerprint),
//         metrics (name, known_from, fingerprint), partitions (topic, partition, next, fates, newest_event_time,
//         newest_timestamp, cluster, last, gaps), counters (minute, series, count). A missing value is null
//   csv:  `kind,name,at,value`: sequence,,,N; next,TOPIC,PARTITION,OFFSET; FATE,TOPIC,PARTITION,N;
//         count,SERIES,MINUTE,N
void WriteDump(const CheckpointContents& contents, DumpOptions::Format format, std::ostream& out);

}  // namespace tally
