// The number of repetitions of a randomized test.
//
//   const int kMutations = Scaled(200'000);
//
// With a sanitizer it is a twentieth: everything takes up to twenty times as long there, and fuzzers do the same.
#pragma once

namespace tally {

#ifdef TALLY_SANITIZED
inline constexpr int kScale = 20;
#else
inline constexpr int kScale = 1;
#endif

constexpr int Scaled(int times) { return (times + kScale - 1) / kScale; }

}  // namespace tally
