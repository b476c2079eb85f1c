// A command is a line of a table. Each family of commands has its own file with its lines.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/task.h"
#include "core/query/command.h"
#include "core/query/name_pins.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/query/reply.h"
#include "core/query/slices.h"
#include "core/time/clock.h"

namespace tally {

using Words = std::span<const std::string_view>;

struct CommandContext {
  Slices slices;
  const Clock& wall;
  const StatusSource& status;
  const Password& password;
  Session& session;
  CommandState& state;

  Timestamp now() const { return ClockOf(slices); }
  // Pins series numbers: take it before they are looked up, and hold it until they are no longer needed.
  std::shared_ptr<const void> Pin() const { return state.pins.Take(wall.Monotonic()); }
};

// What a command reads. Its keys are invalidated for a client with CLIENT TRACKING: the first argument, or all of them.
enum class Reads { kNothing, kCounters, kKey, kKeys };

// What a command does between MULTI and EXEC.
enum class WithinMulti {
  kIsQueued,
  kRuns,       // it does not read: AUTH, EXEC
  kIsRefused,  // its reply may be several: SUBSCRIBE
};

struct CommandSpec {
  std::string_view name;       // in capitals
  std::string_view arguments;  // shown by HELP
  size_t min = 0;              // the smallest number of arguments
  size_t max = 0;
  Reads reads = Reads::kNothing;
  // Takes a copy of the context, because a coroutine keeps it. A short command returns a Reply, which converts to a
  // finished task.
  Task<Reply> (*run)(CommandContext context, Words arguments);
  bool open = false;  // available without the password
  WithinMulti within_multi = WithinMulti::kIsQueued;

  std::string usage() const;
};

// Any number of arguments; the limit of a request bounds it.
inline constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

std::span<const CommandSpec> SeriesCommands();       // LIST, GET, RANGE, TOP
std::span<const CommandSpec> HashCommands();         // HGETALL and so on, by a bucket's key
std::span<const CommandSpec> KeyCommands();          // KEYS, SCAN and so on, over buckets
std::span<const CommandSpec> NodeCommands();         // LAG, REJECTS, INFO
std::span<const CommandSpec> ConnectionCommands();   // PING, HELLO and so on
std::span<const CommandSpec> ClientCommands();       // CLIENT
std::span<const CommandSpec> SubscribeCommands();    // SUBSCRIBE and so on
std::span<const CommandSpec> TransactionCommands();  // MULTI, EXEC, DISCARD

// The name in capitals, if it is a command of Redis that writes; otherwise empty.
std::string_view WriteCommandOf(std::string_view name);

// All of them, in the order in which HELP shows them.
const std::vector<const CommandSpec*>& AllCommands();

}  // namespace tally
