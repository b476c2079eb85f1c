// From the command line and the file to a Config.
//
//   ASSIGN_OR_RETURN(Config config, LoadConfig(options));
//
// Later layers win: the defaults, the file, each --set in its order, the flags with names of their own. Each error is
// InvalidArgument and names its place: the file with line and column, or the flag.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "apps/config/config.h"
#include "apps/options.h"

namespace tally {

absl::StatusOr<Config> LoadConfig(const ServeOptions& options);

// The same for the bytes of a file. Any bytes are allowed.
absl::StatusOr<Config> ParseConfig(std::string_view text, std::string_view file_name);

}  // namespace tally
