// INFO: the node in lines of name:value, in sections as Redis has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/query/command_table.h"

namespace tally {

// What clients take the node for, as they ask what they may send: Redis 7 without modules.
inline constexpr std::string_view kRedisVersion = "7.0.0";

// The lines of one section after a line "# Section"; of all sections for "", "all", "default" and "everything". Upper
// and lower case do not matter. No lines if there is no such section.
std::vector<std::string> InfoLines(const CommandContext& context, std::string_view section);

}  // namespace tally
