// Named places at which a test has the process killed, as kill -9 does it.
//
//   CrashPoint("before the write");
//
// TALLY_CRASH_AT="before the write:3" in the environment ends the process when that place is reached for the third
// time. Only in builds with TALLY_CRASH_POINTS, as the dev preset's; in others nothing is left of it.
#pragma once

namespace tally {

#ifdef TALLY_CRASH_POINTS
void CrashPoint(const char* name);
#else
inline void CrashPoint(const char*) {}
#endif

}  // namespace tally
