// JSON events. For any requested fields, a payload is an event only if it is
//
//   - exactly one object, with or without white space around it: no byte order mark, no second value
//   - valid UTF-8, with every string closed and free of control characters
//   - at the top level, valid JSON: keys, colons, commas, numbers, true, false, null
//   - below that, only balanced: every bracket is closed by its own kind; outside of strings there is only printable
//     ASCII without backslashes, and no string begins in the middle of a word
//   - nested at most kJsonDepthMax deep, and at most kPayloadMax bytes long
//
// An invalid escape ("\x", half a surrogate pair) matters only to a field that holds it: the field has no value, and a
// key with one is not found. A pointer into a nested value that is not valid JSON finds the part before the error. So a
// new metric never makes an event unparsable.
//
// The prefix that a schema registry's serializers put before the object is skipped: a byte 00 and four bytes.
//
// If a key occurs twice, the first occurrence counts, at every depth. If the first is null, or lacks the rest of the
// pointer, the field is missing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/decoder.h"

namespace tally {

// The instruction sets that this machine can use to decode JSON, fastest first. All accept the same events and find the
// same fields.
std::vector<std::string> JsonLevels();

inline std::string_view WithoutRegistryPrefix(std::string_view payload) {
  constexpr size_t kPrefix = 5;
  return payload.size() > kPrefix && payload[0] == '\0' ? payload.substr(kPrefix) : payload;
}

// A decoder for the fields at `paths` (MakeDecoder()), with one of JsonLevels(). Fails for a path that is not a valid
// JSON pointer.
absl::StatusOr<std::unique_ptr<Decoder>> MakeJsonDecoder(const std::vector<std::string>& paths, std::string_view level);

}  // namespace tally
