// Bytes of records -> the fields that somebody asked for.
//
//   auto decoder = MakeDecoder(spec, {"time", "/user/country"});
//   std::vector<Field> fields(2);
//   (*decoder)->Load(payloads);
//   if (!(*decoder)->Decode(0, fields)) ...;   // payloads[0] is not an event: unparsable
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/field.h"
#include "core/events/spec.h"

namespace tally {

// A longer payload is unparsable. Some sixteen times what brokers take by default (message.max.bytes), and a bound on
// the memory that a decoder may ever need: for JSON six times as much.
inline constexpr size_t kPayloadMax = 16 * 1024 * 1024;

// Not thread-safe: each ingest thread has its own.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // Takes the payloads that are decoded next, in place of those before. Any bytes are allowed; they live until the next
  // Load().
  virtual void Load(std::span<const std::string_view> payloads) = 0;

  // Fills `fields`, one for each path that the decoder was made for, in that order, from payloads[i]. Returns false if
  // that is not an event of the format (not one JSON object; no match of the pattern); `fields` then says nothing. The
  // texts live until the next Decode() or Load(). REQUIRES: `i` ascends; some may be left out.
  virtual bool Decode(size_t i, std::span<Field> fields) = 0;
};

// A decoder of `spec.format` for the fields at `paths`: top-level keys, JSON pointers ("/a/b", RFC 6901), regex groups.
// The paths are distinct. Fails if the pattern is no RE2 or lacks a group that `paths` names, or if a path that begins
// with '/' is no JSON pointer.
absl::StatusOr<std::unique_ptr<Decoder>> MakeDecoder(const EventSpec& spec, const std::vector<std::string>& paths);

}  // namespace tally
