// INFO: the state of the node as lines of name:value, in sections as in Redis.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/query/command_table.h"

namespace tally {

// The version that clients see when they decide which commands to send: Redis 7 without modules.
inline constexpr std::string_view kRedisVersion = "7.0.0";

// Returns a line "# Section" and the lines of that section. "", "all", "default" and "everything" name all sections.
// Case does not matter. Returns no lines if there is no such section. Keyspace is counted once in KeyCount::kAgeMax.
Task<std::vector<std::string>> InfoLines(CommandContext context, std::string section);

}  // namespace tally
