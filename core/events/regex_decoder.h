// Decodes lines of text, such as an access log, with a regular expression.
//
//   MakeRegexDecoder(R"(^(?P<time>\d+) (?P<ip>\S+) /k/(?P<call>[^/?\s]+))", {"time", "call"});
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/decoder.h"

namespace tally {

// A decoder for the groups that `paths` name. `pattern` is in RE2's syntax and may match anywhere in the record. It
// works on bytes, not characters: a record that is not valid UTF-8 matches like any other, and text in the pattern
// matches the same bytes. But '.' is one byte, and a class or (?i) covers only ASCII. Fails like MakeDecoder().
absl::StatusOr<std::unique_ptr<Decoder>> MakeRegexDecoder(const std::string& pattern,
                                                          const std::vector<std::string>& paths);

}  // namespace tally
