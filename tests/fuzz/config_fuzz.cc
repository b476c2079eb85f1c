// The input is a configuration file and, if it is one line, also the value of --set.
#include <string>

#include "apps/config/config.h"
#include "apps/config/load.h"
#include "core/events/rules.h"
#include "tests/fuzz/fuzz.h"

namespace tally {
namespace {

// A configuration is either refused with a reason, or its rules compile and it can be printed and parsed again.
void CheckConfig(const absl::StatusOr<Config>& config) {
  if (!config.ok()) {
    TALLY_CHECK(config.status().code() == absl::StatusCode::kInvalidArgument);
    TALLY_CHECK(!config.status().message().empty());
    return;
  }
  TALLY_CHECK(Rules::Compile(config->event, config->metrics).ok());
  const std::string printed = PrintConfig(*config);
  const absl::StatusOr<Config> again = ParseConfig(printed, "printed");
  TALLY_CHECK(again.ok());
  TALLY_CHECK(PrintConfig(*again) == printed);
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tally;
  const std::string_view input = Input(data, size);
  CheckConfig(ParseConfig(input, "f.toml"));
  if (input.find('\n') != std::string_view::npos) return 0;
  ConfigSources sources;
  sources.set = {std::string(input)};
  CheckConfig(LoadConfig(sources));
  return 0;
}
