// From the command line and the file to a Config.
//
//   ASSIGN_OR_RETURN(Config config, LoadConfig(sources));
//
// Later layers win: the defaults, the file, each --set in its order, the flags with names of their own. Each error is
// InvalidArgument and names its place: the file with line and column, or the flag.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/config.h"

namespace tally {

// Everything on the command line that is configuration, unchecked.
struct ConfigSources {
  std::optional<std::string> config;  // the name of the file; none: every key has its default
  std::vector<std::string> set;       // section.key=value
  std::optional<std::string> brokers;
  std::optional<std::string> topics;  // A,B
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> http;
};

absl::StatusOr<Config> LoadConfig(const ConfigSources& sources);

// The same for the bytes of a file. Any bytes are allowed.
absl::StatusOr<Config> ParseConfig(std::string_view text, std::string_view file_name);

}  // namespace tally
