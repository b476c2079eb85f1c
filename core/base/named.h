// Enumerators and the words for them, in one table for all who read, write or store the words.
//
//   inline constexpr std::array kColorNames = {Named<Color>{"red", Color::kRed}, Named<Color>{"blue", Color::kBlue}};
//   NameOf(Color::kRed, kColorNames);   // "red"
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/base/check.h"

namespace tally {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

// The name of `value`. REQUIRES: it has one.
template <typename T, size_t N>
std::string_view NameOf(T value, const std::array<Named<T>, N>& names) {
  for (const Named<T>& named : names) {
    if (named.value == value) return named.name;
  }
  TALLY_CHECK(false);
  return {};
}

}  // namespace tally
