// Decodes the payloads of records to the requested fields.
//
//   auto decoder = MakeDecoder(spec, {"time", "/user/country"});
//   std::vector<Field> fields(2);
//   (*decoder)->Load(payloads);
//   if (!(*decoder)->Decode(0, fields)) ...;   // payloads[0] is not an event
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/field.h"
#include "core/events/spec.h"

namespace tally {

// A longer payload is unparsable. This is about sixteen times the default limit of brokers (message.max.bytes). It
// bounds the memory of a decoder: for JSON to six times as much.
inline constexpr size_t kPayloadMax = 16 * 1024 * 1024;

// Not thread-safe: each ingest thread has its own.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // Replaces the payloads that are decoded next. Any bytes are allowed. They must live until the next Load().
  virtual void Load(std::span<const std::string_view> payloads) = 0;

  // Fills `fields` from payloads[i], one for each path of the decoder, in that order. Returns false if the payload is
  // not an event of the format (not one JSON object; no match of the pattern); `fields` are then undefined. The texts
  // live until the next Decode() or Load(). REQUIRES: `i` ascends; payloads may be skipped.
  virtual bool Decode(size_t i, std::span<Field> fields) = 0;
};

// Makes a decoder of `spec.format` for the fields at `paths`, which are distinct. Rules take it as an argument, because
// a format may need something from outside core.
using DecoderFactory = std::function<absl::StatusOr<std::unique_ptr<Decoder>>(const EventSpec& spec,
                                                                              const std::vector<std::string>& paths)>;

// The factory of the formats that need nothing else. Paths are top-level keys, JSON pointers ("/a/b", RFC 6901), or
// regex groups. Fails if the pattern is not an RE2 or lacks a group that `paths` name, or if a path that begins with
// '/' is not a JSON pointer.
absl::StatusOr<std::unique_ptr<Decoder>> MakeDecoder(const EventSpec& spec, const std::vector<std::string>& paths);

}  // namespace tally
