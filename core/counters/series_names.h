// The names of all series, each once: what the table, its index and every shard point to.
//
//   SeriesNames names;
//   NameRef ref = names.Add(/*id=*/17, "stats:mw:login");
//   names.name(ref);   // "stats:mw:login"
//   names.Free(ref);
//
// A name costs its bytes and eight more. Names lie side by side in chunks that never move, and the room of one that was
// freed is given to the next of the same size.
//
// One thread at a time adds and frees. Any thread reads a name that it was given the NameRef of, until that is freed.
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

// Where a name is; never 0.
using NameRef = uint32_t;
inline constexpr NameRef kNoName = 0;

class SeriesNames {
 public:
  // Whether a name of that size can be added: there is room for 16 GB of names.
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

  // Not a vector: it would move beside its readers. An entry is written before anybody is given a ref into its chunk.
  std::unique_ptr<std::unique_ptr<char[]>[]> chunks_ { new std::unique_ptr<char[]>[ kChunks ] };
  uint64_t end_ = 1;                                          // the first unit that was never used; 0 is kNoName
  absl::flat_hash_map<uint32_t, std::vector<NameRef>> free_;  // by their units
};

}  // namespace tally
