// CHECK reports a bug in this program: a broken invariant ends the process before it can reach a counter or the disk.
// An error from outside (input, disk, network) is an absl::Status, never a CHECK. Debian 12's Abseil has no absl/log.
#pragma once

#include <cstdio>
#include <cstdlib>

#define TALLY_CHECK(condition)                                                           \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
