// The counts of 256 neighbouring series in one minute, packed into a byte or two per counter. Memory and disk hold the
// same bytes, so loading a checkpoint copies them.
//
//   block := n width cells values
//     n       1 byte: how many cells have a count; 0 means all 256
//     width   1 byte: bits a value, 1..63
//     cells   the cells with a count. n in 1..31: n bytes, ascending; n = 0: nothing; otherwise 32 bytes with one bit
//     for
//             each cell, cell 0 being the lowest bit of the first byte
//     values  n values of `width` bits, lowest bit first, in the order of their cells; the last byte is filled
//             with zeros
//
// No value is 0 and none is above kCountMax. `width` is the width of the largest. A block without counts has no bytes
// at all.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/counters/series.h"

namespace tally {

using BlockCounts = std::array<uint64_t, kBlockSize>;
using BlockCells = std::array<uint64_t, kBlockSize / 64>;  // a bit for each cell that has a count

// Immutable; moves, does not copy. An empty block owns nothing and is one pointer.
class Block {
 public:
  Block() = default;
  static Block Pack(const BlockCounts& counts);

  // Reads the bytes of a block from a disk. An error gives the reason why they are not a block.
  static absl::StatusOr<Block> Parse(std::string_view bytes);

  bool empty() const { return bytes_ == nullptr; }
  std::string_view bytes() const;
  BlockCells cells() const;
  uint64_t count(uint32_t cell) const;

  // Adds each count to its cell of `counts`.
  void AddTo(BlockCounts& counts) const;

 private:
  explicit Block(std::string_view bytes);

  uint32_t n() const { return bytes_[0] == 0 ? kBlockSize : bytes_[0]; }
  uint32_t width() const { return bytes_[1]; }
  const uint8_t* values() const;
  uint64_t value(const uint8_t* values, uint32_t index) const;

  std::unique_ptr<uint8_t[]> bytes_;  // 8 zero bytes after the block let value() read whole words
};

}  // namespace tally
