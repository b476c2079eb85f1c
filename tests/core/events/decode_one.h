// A payload by itself.
#pragma once

#include <span>
#include <string_view>

#include "core/events/decoder.h"

namespace tally {

inline bool DecodeOne(Decoder& decoder, std::string_view payload, std::span<Field> fields) {
  decoder.Load({&payload, 1});
  return decoder.Decode(0, fields);
}

}  // namespace tally
