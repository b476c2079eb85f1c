// Gives a thread that mostly sleeps a core soon after it wakes, while other threads never sleep.
#pragma once

namespace tally {

// Requests short time slices for this thread from the scheduler. The thread gets no more time, but gets it sooner:
// since Linux 6.12 a thread with shorter slices runs before one with longer slices. On other systems nothing happens.
//
// tools/bench --only latency: while ingest uses all cores, the p99 of a GET falls to less than half.
void AskForShortTurns();

}  // namespace tally
