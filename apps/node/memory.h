// The process's memory.
#pragma once

#include <cstdint>

namespace tally {

// The resident set's size; 0 where the system does not tell (/proc/self/statm, Linux).
uint64_t ResidentBytes();

// Has the allocator keep free memory of up to 8 MB for each of its arenas, where the C library can (glibc). By itself
// it gives a few megabytes back, and gets them from the system page by page again, with each fetch: without this an
// event takes 5 % more CPU (tools/bench --only ingest).
void KeepMemory();

// Gives free memory that the allocator keeps back to the system, where the C library can (glibc). For after a peak: it
// takes milliseconds.
void TrimMemory();

}  // namespace tally
