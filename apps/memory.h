// The process's memory.
#pragma once

#include <cstdint>

namespace tally {

// The resident set's size; 0 where the system does not tell (/proc/self/statm, Linux).
uint64_t ResidentBytes();

// Gives free memory that the allocator keeps back to the system, where the C library can (glibc). For after a peak: it
// takes milliseconds.
void TrimMemory();

}  // namespace tally
