// The memory of this process.
#pragma once

#include <cstdint>

namespace tally {

// Returns the size of the resident set, from /proc/self/statm; 0 if the system does not have that file.
uint64_t ResidentBytes();

// Lets the allocator keep up to 8 MB of free memory for each of its arenas, if the C library supports it (glibc). By
// default, the allocator returns a few megabytes and requests them from the system again, page by page, with each
// fetch. That costs 5 % more CPU for each event (tools/bench --only ingest).
void KeepMemory();

// Returns the allocator's free memory to the system, if the C library supports it (glibc). It takes milliseconds, so
// call it after a peak only.
void TrimMemory();

}  // namespace tally
