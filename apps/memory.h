// The process's memory.
#pragma once

#include <cstdint>

namespace tally {

// The resident set's size; 0 where the system does not tell (/proc/self/statm, Linux).
uint64_t ResidentBytes();

}  // namespace tally
