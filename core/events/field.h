// One field of an event, as a decoder found it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tally {

// A field has a type, and a text whatever its type: no digit is lost to a double, and a dimension's value is copied as
// it is. A decoder of a binary format writes this text.
struct Field {
  enum class Type : uint8_t {
    kMissing,  // not there, or null
    kNoValue,  // there, but not a value: an object, an array, or a string that cannot be decoded; no text
    kText,     // decoded, valid UTF-8
    kInteger,  // -?(0|[1-9][0-9]*), never "-0"
    kNumber,   // not an integer: with a fraction or an exponent, as it was written
    kBoolean,  // true or false
    kUntyped,  // bytes of a regex group or of a record's key, which may stand for any type
  };

  Type type = Type::kMissing;
  std::string_view text;

  bool has_value() const { return type != Type::kMissing && type != Type::kNoValue; }
};

// The longest value of a dimension in bytes. A longer one counts as a missing field.
inline constexpr size_t kDimensionValueMax = 256;

}  // namespace tally
