// The commands: one table of data serves the text protocol and RESP.
//
//   Commands commands({&counters}, clock, status);
//   Session session{.id = 17};
//   Task<Reply> task = commands.Execute({"GET", "stats:mw:login", "-1m"}, session);
//   while (!task.Step()) LetOthersRun();
//   Reply reply = task.Take();
//
// A step takes less than a millisecond, for any number of series, counters and words. It takes longer in these cases:
// - With many partitions. LAG and INFO run in one step, and so does the page /metrics: about 10 ms for 10,000
//   partitions. GET, RANGE and TOP read in one step how far each partition is: about 3 ms for 10,000. With the event
//   clock, every command that reads counters does that.
// - REJECTS runs in one step. Its time grows with the kept samples, Rejects::kKept for each reason, topic and shard.
// - With long names. A glob is matched against one name without a pause: up to 12 ms for 4,000 bytes, and 82 ms for
//   13,300, the longest name that a configuration allows.
//
// Not thread-safe: belongs to the server's thread. Any thread may call OldestPin() and executed().
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/task.h"
#include "core/counters/counters.h"
#include "core/query/name_pins.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/query/reply.h"
#include "core/query/session.h"
#include "core/time/clock.h"

namespace tally {

// How many buckets there are, as of some time. Counting them takes long on a large node.
struct KeyCount {
  static constexpr absl::Duration kAgeMax = absl::Minutes(1);

  int64_t keys = 0;
  absl::Duration counted = -absl::InfiniteDuration();  // in monotonic time
};

// What requests leave for later ones.
struct CommandState {
  NamePins pins;
  Sessions sessions = {};
  KeyCount key_count = {};
};

class Commands {
 public:
  // `slices` are all slices of the node, at least one. All arguments but the password outlive the commands, and the
  // commands outlive the tasks and replies that they return.
  Commands(std::vector<Counters*> slices, const Clock& clock, const StatusSource& status, Password password = {});

  // The only failure is an Error that names what was expected. `words` holds the command's name and its arguments, of
  // any bytes. They and the session must live as long as the task; the reply needs neither. `now` is that of the last
  // Tick(). If there is a password, a session that has not sent it can use only AUTH, HELLO and QUIT.
  Task<Reply> Execute(std::span<const std::string_view> words, Session& session);
  // Reads the clock, and raises the horizon. Call it before commands are executed; one call is enough for those of a
  // moment. With a call for each, a pipelined HGET takes a tenth longer.
  void Tick();

  // Ticks, and runs all steps at once. For a caller without a connection; needs no password.
  Reply Execute(std::span<const std::string_view> words);

  // A connection begins or ends: CLIENT LIST shows those between. `session` outlives the call to Remove().
  void Add(Session& session);
  void Remove(const Session& session) { state_.sessions.erase(session.id); }

  // The requests executed so far. Any thread may call it.
  uint64_t executed() const { return executed_.load(std::memory_order_relaxed); }

  // The age of the oldest pin of series names, held by a request or a reply (NamePins). Zero if there is none.
  absl::Duration OldestPin() const { return state_.pins.OldestAge(clock_.Monotonic()); }

 private:
  const std::vector<Counters*> slices_;
  const Clock& clock_;
  const StatusSource& status_;
  const Password password_;
  CommandState state_{NamePins(slices_)};
  std::atomic<uint64_t> executed_{0};
};

}  // namespace tally
