// How often a test tries what it draws at random.
//
//   const int kMutations = Scaled(200'000);
//
// Under a sanitizer a tenth: there everything takes up to twenty times as long, and fuzzers try the same.
#pragma once

namespace tally {

#ifdef TALLY_SANITIZED
inline constexpr int kScale = 10;
#else
inline constexpr int kScale = 1;
#endif

constexpr int Scaled(int times) { return (times + kScale - 1) / kScale; }

}  // namespace tally
