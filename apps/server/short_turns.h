// How a thread that mostly sleeps gets a core soon after it is woken, beside threads that never sleep.
#pragma once

namespace tally {

// Asks the scheduler to give this thread its time in short pieces. It gets no more of it than before, but sooner: from
// Linux 6.12 on one that asks for less at a time comes before one that asks for more. Elsewhere nothing happens.
//
// tools/bench --only latency: the p99 of a GET while ingest has all cores falls to less than a half by it.
void AskForShortTurns();

}  // namespace tally
