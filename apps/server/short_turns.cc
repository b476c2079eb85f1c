#include "apps/server/short_turns.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace tally {
namespace {

constexpr uint64_t kTurnNanos = 100'000;  // the shortest that the kernel allows

// The kernel's struct sched_attr of 48 bytes, which glibc declares since 2.41.
struct Attributes {
  uint32_t size = sizeof(Attributes);
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;  // nanoseconds per slice
  uint64_t deadline = 0;
  uint64_t period = 0;
};
static_assert(sizeof(Attributes) == 48);

}  // namespace

void AskForShortTurns() {
#if defined(SYS_sched_getattr) && defined(SYS_sched_setattr)
  Attributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;  // the user has chosen another policy
  attributes.runtime = kTurnNanos;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
#endif
}

}  // namespace tally
