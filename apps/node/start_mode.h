// How a node begins.
#pragma once

namespace tally {

enum class StartMode {
  kResumed,      // from a checkpoint: partitions continue at its offsets
  kFirst,        // without a checkpoint; refused if the group's committed offsets show that there was one
  kFirstForced,  // the same, but never refused
  kRecount,      // from the start again: replaces a checkpoint once all starts are resolved
};

}  // namespace tally
