// Lets a thread that mostly sleeps get a core soon after it is woken, while other threads never sleep.
#pragma once

namespace tally {

// Asks the scheduler to give this thread its time in short slices. The thread gets no more time, but gets it sooner:
// since Linux 6.12 a thread with shorter slices runs before one with longer slices. On other systems nothing happens.
//
// tools/bench --only latency: the p99 of a GET while ingest uses all cores falls to less than half.
void AskForShortTurns();

}  // namespace tally
