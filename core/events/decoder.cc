#include "core/events/decoder.h"

#include "core/events/json_decoder.h"
#include "core/events/regex_decoder.h"

namespace tally {

absl::StatusOr<std::unique_ptr<Decoder>> MakeDecoder(const EventSpec& spec, const std::vector<std::string>& paths) {
  if (spec.format == EventFormat::kRegex) return MakeRegexDecoder(spec.pattern, paths);
  return MakeJsonDecoder(paths, JsonLevels().front());
}

}  // namespace tally
