#include "core/counters/series_names.h"

#include "core/base/check.h"

namespace tally {

bool SeriesNames::HasRoom(size_t size) const {
  uint32_t units = UnitsOf(size);
  auto free = free_.find(units);
  return (free != free_.end() && !free->second.empty()) || end_ + kChunkUnits + units < kChunks * kChunkUnits;
}

NameRef SeriesNames::Add(SeriesId id, std::string_view name) {
  uint32_t units = UnitsOf(name.size());
  TALLY_CHECK(units <= kChunkUnits);
  NameRef ref;
  if (std::vector<NameRef>& free = free_[units]; !free.empty()) {
    ref = free.back();
    free.pop_back();
  } else {
    // A name is in one chunk. The rest of the previous chunk stays empty.
    if (end_ % kChunkUnits + units > kChunkUnits) end_ += kChunkUnits - end_ % kChunkUnits;
    ref = static_cast<NameRef>(end_);
    end_ += units;
    std::unique_ptr<char[]>& chunk = chunks_[ref / kChunkUnits];
    if (!chunk) chunk.reset(new char[kChunkUnits * kUnit]);
  }
  uint32_t size = static_cast<uint32_t>(name.size());
  std::memcpy(At(ref) + kIdAt, &id, sizeof id);
  std::memcpy(At(ref) + kSizeAt, &size, sizeof size);
  std::memcpy(At(ref) + kNameAt, name.data(), name.size());
  return ref;
}

void SeriesNames::Free(NameRef ref) { free_[UnitsOf(Word(ref, kSizeAt))].push_back(ref); }

}  // namespace tally
