// One decoded field of an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tally {

// A field has a type and, for every type, a text: no digit is lost to a double, and the value of a dimension is copied
// unchanged. A decoder of a binary format writes this text.
struct Field {
  enum class Type : uint8_t {
    kMissing,  // missing, or null
    kNoValue,  // present, but not a value: an object, an array, or a string that cannot be decoded; no text
    kText,     // decoded, valid UTF-8
    kInteger,  // -?(0|[1-9][0-9]*), never "-0"
    kNumber,   // with a fraction or an exponent, in its original form
    kBoolean,  // true or false
    kUntyped,  // bytes of a regex group or of a record's key, which may have any type
  };

  Type type = Type::kMissing;
  std::string_view text;

  bool has_value() const { return type != Type::kMissing && type != Type::kNoValue; }
};

// The longest value of a dimension in bytes. A longer one counts as a missing field.
inline constexpr size_t kDimensionValueMax = 256;

}  // namespace tally
