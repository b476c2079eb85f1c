// The files of a data directory as bytes, to be put elsewhere with some of them changed; and directories made up from a
// seed, with what each of their checkpoints held.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/storage/counted.h"
#include "tests/storage/stored.h"
#include "tests/testing/temp_dir.h"

namespace tally {

using Image = std::map<std::string, std::string>;   // name -> bytes

inline Image ReadImage(const std::string& directory) {
  Image image;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(entry.path(), std::ios::binary);
    image[entry.path().filename().string()].assign(std::istreambuf_iterator<char>(in), {});
  }
  return image;
}

inline void WriteImage(const Image& image, const std::string& directory) {
  for (const auto& [name, bytes] : image) {
    std::ofstream(std::filesystem::path(directory) / name, std::ios::binary | std::ios::trunc) << bytes;
  }
}

// The names that have `part` in them and any bytes.
inline std::vector<std::string> NamesWith(const Image& image, std::string_view part) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : image) {
    if (name.find(part) != std::string::npos && !bytes.empty()) names.push_back(name);
  }
  return names;
}

// Where the records of a RocksDB log begin, its MANIFEST being one too: each has a header of checksum (4 bytes),
// length (2) and type (1), and none crosses a block of 32 KiB.
inline std::vector<size_t> RecordStarts(std::string_view log) {
  constexpr size_t kBlock = 32 << 10, kHeader = 7;
  std::vector<size_t> starts;
  for (size_t at = 0; at + kHeader <= log.size();) {
    if (kBlock - at % kBlock < kHeader) at += kBlock - at % kBlock;
    if (at + kHeader > log.size()) break;
    starts.push_back(at);
    at += kHeader + static_cast<uint8_t>(log[at + 4]) + (size_t{static_cast<uint8_t>(log[at + 5])} << 8);
  }
  return starts;
}

// Some sessions of a node on one directory, each of several checkpoints. All but the last ended in tables; the last was
// killed and is in the log. Every third is young: it has no table yet; every fifth was killed before it saved anything.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed), small_(seed % 2 == 0), events_(random_, small_ ? 20 : 400) {
    const bool young = seed % 3 == 0;
    const int last = !young && seed % 5 == 0 ? 0 : 8;
    TempDir directory;
    for (int session = young ? 2 : 0; session < 3; ++session) {
      auto store = OpenStore(directory.path());
      for (int i = 0; i < (session == 2 ? last : 3); ++i) Save(*store, directory.path());
      images_.push_back(ReadImage(directory.path()));
    }
  }

  const Image& image() const { return images_.back(); }
  const std::vector<Image>& images() const { return images_; }   // after each checkpoint
  uint64_t newest() const { return totals_.rbegin()->first; }

  // What checkpoint `sequence` held; nothing if there was none.
  const Totals* totals(uint64_t sequence) const {
    auto found = totals_.find(sequence);
    return found == totals_.end() ? nullptr : &found->second;
  }

 private:
  // In a small one, as in most nodes, nearly all checkpoints only give other values to rows that there are; a large one
  // fills more than a block of the log.
  void Save(CheckpointStore& store, const std::string& directory) {
    if (random_() % (small_ ? 4 : 3) == 0) events_.PassMinutes(1);
    events_.Count(1 + static_cast<int>(random_() % (small_ ? 30 : 1500)));
    TALLY_CHECK(store.Write(events_.node().counters().Cut(), SomeMetrics()).ok());
    events_.node().counters().MarkSaved();
    totals_[store.sequence()] = events_.totals();
    images_.push_back(ReadImage(directory));
  }

  std::mt19937_64 random_;
  const bool small_;
  CountedEvents events_;
  std::map<uint64_t, Totals> totals_;
  std::vector<Image> images_;
};

}  // namespace tally
