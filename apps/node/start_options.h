// How a node begins: what the operator asks for, and what follows from the directory.
#pragma once

#include <vector>

#include "apps/node/accepted_gap.h"

namespace tally {

struct StartOptions {
  bool init = false;  // begin in an empty directory although an earlier node committed the group's offsets
  // Counts everything again if the directory is of another configuration or of an unknown version, or if its horizon is
  // later than the clock.
  bool recount = false;
  std::vector<AcceptedGap> accepted = {};  // gaps that the operator accepts
};

enum class StartMode {
  kResumed,      // from a checkpoint: partitions continue at its offsets
  kFirst,        // without a checkpoint; refused if the group's committed offsets show that there was one
  kFirstForced,  // the same, but never refused
  kRecount,      // from the start again: replaces a checkpoint once all starts are resolved
};

}  // namespace tally
