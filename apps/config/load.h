// Reads a Config from the command line and the file.
//
//   ASSIGN_OR_RETURN(Config config, LoadConfig(sources));
//
// There are four layers, and later layers win: the defaults, the file, each --set in the given order, the flags that
// have their own names. Each error is InvalidArgument and names its location: the file with line and column, or the
// flag.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/config.h"

namespace tally {

// The options of the command line that set configuration keys, not yet checked.
struct ConfigSources {
  std::optional<std::string> config;  // the file's name; nullopt: every key has its default
  std::vector<std::string> set;       // section.key=value
  std::optional<std::string> brokers;
  std::optional<std::string> topics;  // A,B
  std::optional<std::string> data;
  std::optional<std::string> listen;
  std::optional<std::string> http;
};

absl::StatusOr<Config> LoadConfig(const ConfigSources& sources);

// The same, and also refuses a configuration with which no Kafka client can be created. Contacts no broker.
absl::StatusOr<Config> LoadNodeConfig(const ConfigSources& sources);

// The same for the contents of a file. Any bytes are allowed.
absl::StatusOr<Config> ParseConfig(std::string_view text, std::string_view file_name);

}  // namespace tally
