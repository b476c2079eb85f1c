// The names of all series, each stored once. The table, its index and every shard point to them.
//
//   SeriesNames names;
//   NameRef ref = names.Add(/*id=*/17, "stats:mw:login");
//   names.name(ref);   // "stats:mw:login"
//   names.Free(ref);
//
// A name costs its bytes and eight more. Names are stored in sequence in chunks that never move. A new name reuses the
// room of a freed name of the same size.
//
// One thread at a time adds and frees. Any thread may read a name by its NameRef, until the name is freed.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/counters/series.h"

namespace tally {

// The location of a name. Never 0.
using NameRef = uint32_t;
inline constexpr NameRef kNoName = 0;

class SeriesNames {
 public:
  // Whether a name of this size can be added. There is room for 16 GB of names.
  bool HasRoom(size_t size) const;

  // REQUIRES: HasRoom(name.size()).
  NameRef Add(SeriesId id, std::string_view name);
  void Free(NameRef ref);

  std::string_view name(NameRef ref) const { return {At(ref) + kNameAt, Word(ref, kSizeAt)}; }
  SeriesId id(NameRef ref) const { return Word(ref, kIdAt); }
  void Prefetch(NameRef ref) const { __builtin_prefetch(At(ref)); }

 private:
  // At an address that is a multiple of kUnit: the number, the size, the bytes.
  static constexpr size_t kUnit = 4;
  static constexpr size_t kIdAt = 0, kSizeAt = 4, kNameAt = 8;

  static constexpr size_t kChunkUnits = 1 << 18;  // 1 MB
  static constexpr size_t kChunks = (size_t{1} << 32) / kChunkUnits;

  static uint32_t UnitsOf(size_t size) { return static_cast<uint32_t>((kNameAt + size + kUnit - 1) / kUnit); }
  char* At(NameRef ref) const { return chunks_[ref / kChunkUnits].get() + ref % kChunkUnits * kUnit; }
  uint32_t Word(NameRef ref, size_t at) const {
    uint32_t word;
    std::memcpy(&word, At(ref) + at, sizeof word);
    return word;
  }

  // Not a vector: it would move its elements while readers use them. An entry is written before anyone gets a ref into
  // its chunk.
  std::unique_ptr<std::unique_ptr<char[]>[]> chunks_ { new std::unique_ptr<char[]>[ kChunks ] };
  uint64_t end_ = 1;                                          // the first unit that was never used; 0 is kNoName
  absl::flat_hash_map<uint32_t, std::vector<NameRef>> free_;  // by their units
};

}  // namespace tally
