// FNV-1a, 64 bits: a hash that is the same in every process and on every machine. Use it for values that a disk or a
// client keeps. Do not use it for hash tables: absl::Hash is faster, and its seed differs in every process.
//
//   Fnv1a fnv;
//   fnv.Add("stats:mw");
//   fnv.hash();
//
// http://www.isthe.com/chongo/tech/comp/fnv/
#pragma once

#include <cstdint>
#include <string_view>

namespace tally {

class Fnv1a {
 public:
  void Add(std::string_view bytes) {
    for (char c : bytes) AddByte(static_cast<uint8_t>(c));
  }
  // Adds the number as eight bytes, little-endian.
  void Add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(static_cast<uint8_t>(number >> shift));
  }
  uint64_t hash() const { return hash_; }

 private:
  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 1099511628211u; }

  uint64_t hash_ = 14695981039346656037u;
};

}  // namespace tally
