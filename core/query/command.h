// The commands: one table of data serves the text protocol and RESP.
//
//   Commands commands(counters, clock, status);
//   Session session{.id = 17};
//   Reply reply = commands.Execute({"GET", "stats:mw:login", "-1m"}, session);
//
// Not thread-safe: belongs to the server's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/counters/counters.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/query/reply.h"
#include "core/time/clock.h"

namespace tally {

// What the commands know of a connection, which owns it.
struct Session {
  int64_t id = 0;
  std::string name = {};       // as CLIENT SETNAME set it
  bool authenticated = false;  // said the password, if there is one
};

class Commands {
 public:
  // All but the password outlive the commands, and the replies that these return.
  Commands(Counters& counters, const Clock& clock, const StatusSource& status, Password password = {});

  // Never fails otherwise than by an Error that says what was expected. `words` holds the command's name and its
  // arguments, of any bytes; the reply keeps none of them. A command that looks at counters raises the horizon first.
  // Where there is a password, a session that did not say it has AUTH, HELLO and QUIT, and nothing else.
  Reply Execute(std::span<const std::string_view> words, Session& session);
  // For a caller that has no connection, and needs no password.
  Reply Execute(std::span<const std::string_view> words);

 private:
  Counters& counters_;
  const Clock& clock_;
  const StatusSource& status_;
  const Password password_;
};

}  // namespace tally
