// The commands: one table of data serves the text protocol and RESP.
//
//   Commands commands({&counters}, clock, status);
//   Session session{.id = 17};
//   Task<Reply> task = commands.Execute({"GET", "stats:mw:login", "-1m"}, session);
//   while (!task.Step()) LetOthersRun();
//   Reply reply = task.Take();
//
// A step takes less than a millisecond, whatever is asked for.
//
// Not thread-safe: belongs to the server's thread. Only OldestPin() may be called by any.
#pragma once

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
#include "core/time/clock.h"

namespace tally {

// What the commands know of a connection, which owns it.
struct Session {
  int64_t id = 0;
  std::string name = {};       // as CLIENT SETNAME set it
  bool authenticated = false;  // gave the password, if there is one
};

class Commands {
 public:
  // `slices` are all that the node counts, at least one. All but the password outlive the commands, and the commands
  // outlive the tasks and replies that they return.
  Commands(std::vector<Counters*> slices, const Clock& clock, const StatusSource& status, Password password = {});

  // Fails only with an Error that says what was expected. `words` holds the command's name and its arguments, of any
  // bytes. They live as long as the task, and so does the session; the reply needs neither. A command that looks at
  // counters raises the horizon first. If there is a password, a session that did not give it has AUTH, HELLO and QUIT,
  // and nothing else.
  Task<Reply> Execute(std::span<const std::string_view> words, Session& session);
  // All steps at once, for a caller that has no connection, and needs no password.
  Reply Execute(std::span<const std::string_view> words);

  // For how long a request or a reply has kept the names of series, which retires none of them; zero if none does.
  absl::Duration OldestPin() const { return pins_.OldestAge(clock_.Monotonic()); }

 private:
  const std::vector<Counters*> slices_;
  const Clock& clock_;
  const StatusSource& status_;
  const Password password_;
  NamePins pins_{slices_};
};

}  // namespace tally
