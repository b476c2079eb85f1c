// Directories generated from a seed, with the contents of each of their checkpoints.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/storage/counted.h"
#include "tests/storage/stored.h"
#include "tests/testing/directory_image.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// Sessions of a node on one directory, each with several checkpoints. The last session was killed, so its rows are in
// the WAL; the rows of the others are in tables. Every third history is young: it has no table yet. In every fifth, the
// last session was killed before it saved anything.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed), small_(seed % 2 == 0), events_(random_, small_ ? 20 : 4000) {
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
  const std::vector<Image>& images() const { return images_; }  // after each checkpoint
  uint64_t newest() const { return totals_.rbegin()->first; }

  // Returns the contents of checkpoint `sequence`; null if there is none.
  const Totals* totals(uint64_t sequence) const {
    auto found = totals_.find(sequence);
    return found == totals_.end() ? nullptr : &found->second;
  }

 private:
  // In a small history, as in most nodes, nearly all checkpoints only change the values of existing rows. A large
  // history fills several blocks of the WAL.
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
