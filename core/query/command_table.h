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
  NamePins& pins;

  Timestamp now() const { return ClockOf(slices); }
  // Pins series numbers: take it before they are looked up, and hold it until they are no longer needed.
  std::shared_ptr<const void> Pin() const { return pins.Take(wall.Monotonic()); }
};

struct CommandSpec {
  std::string_view name;       // in capitals
  std::string_view arguments;  // shown by HELP
  size_t min = 0;              // the smallest number of arguments
  size_t max = 0;
  bool counters = false;  // reads counters: the horizon is raised first
  // Takes a copy of the context, because a coroutine keeps it. A short command returns a Reply, which converts to a
  // finished task.
  Task<Reply> (*run)(CommandContext context, Words arguments);
  bool open = false;  // available without the password

  std::string usage() const;
};

// Any number of arguments; the limit of a request bounds it.
inline constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

std::span<const CommandSpec> SeriesCommands();      // LIST, GET, RANGE, TOP
std::span<const CommandSpec> HashCommands();        // HGETALL and so on, by a bucket's key
std::span<const CommandSpec> KeyCommands();         // KEYS, SCAN and so on, over buckets
std::span<const CommandSpec> NodeCommands();        // LAG, REJECTS, INFO
std::span<const CommandSpec> ConnectionCommands();  // PING, HELLO, CLIENT and so on

// All of them, in the order in which HELP shows them.
const std::vector<const CommandSpec*>& AllCommands();

}  // namespace tally
