// One field of an event, as a decoder found it.
#pragma once

#include <cstdint>
#include <string_view>

namespace tally {

struct Field {
  enum class Kind : uint8_t {
    kMissing,  // not there, or null
    kNoText,   // there, but without a text: an object, an array, or a string that cannot be decoded
    kString,   // text: decoded, valid UTF-8
    kInteger,  // text: -?(0|[1-9][0-9]*), never "-0"
    kDecimal,  // a number that is no integer; text: as it was written
    kBool,     // text: true or false
    kUntyped,  // bytes of a regex group: whatever they read as
  };

  Kind kind = Kind::kMissing;
  std::string_view text;
};

// The longest dimension value in bytes; a longer one is a missing field.
inline constexpr size_t kDimensionValueMax = 256;

}  // namespace tally
