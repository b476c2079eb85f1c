// JSON events. What a payload has to be, whoever asks for which fields:
//
//   - exactly one object, white space around it allowed, nothing else: no byte order mark, no second value
//   - valid UTF-8; every string closed and free of control characters
//   - at the top level, JSON to the letter: keys, colons, commas, numbers, true, false, null
//   - below that, only balanced: every bracket closed by its own kind; outside of strings nothing but printable ASCII
//     without backslashes, in which no string begins in the middle of a word
//   - nested at most kJsonDepthMax deep, and at most kPayloadMax bytes
//
// An escape that stands for nothing ("\x", half a surrogate pair) is the business of who asks for that string: the
// field is missing, and a key with one is nobody's key. A pointer into a nested value that is no JSON finds what is
// before the break. So a new metric never makes an event unparsable that was none before.
//
// A key that comes twice counts by its first, at every depth: if that one is null, or lacks what the pointer goes on
// to, the field is missing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/decoder.h"

namespace tally {

// The instruction sets that this machine can decode JSON with, fastest first. They take and find exactly the same.
std::vector<std::string> JsonLevels();

// A decoder for the fields at `paths` (MakeDecoder()), by one of JsonLevels(). Fails for a path that is no JSON
// pointer.
absl::StatusOr<std::unique_ptr<Decoder>> MakeJsonDecoder(const std::vector<std::string>& paths, std::string_view level);

}  // namespace tally
