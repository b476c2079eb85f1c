// How a node came to its counters.
#pragma once

namespace tally {

enum class StartMode {
  kResumed,      // from a checkpoint, whose partitions are read at its offsets
  kFirst,        // there was no checkpoint; refused if the group's offsets say that there should be one
  kFirstForced,  // the same, and not refused
  kRecount,      // there was one, and it is replaced once all starts are resolved again
};

}  // namespace tally
