// Named points in the code at which a test can kill the process with SIGKILL.
//
//   CrashPoint("before the write");
//
// With TALLY_CRASH_AT="before the write:3" in the environment, the process ends when it reaches that point for the
// third time. Only builds with TALLY_CRASH_POINTS (the dev preset) have crash points; in other builds the call is
// empty.
#pragma once

namespace tally {

#ifdef TALLY_CRASH_POINTS
void CrashPoint(const char* name);
#else
inline void CrashPoint(const char*) {}
#endif

}  // namespace tally
