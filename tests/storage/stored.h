// Hand-made checkpoints, and the rows of a directory in RocksDB.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/directory_store.h"
#include "tests/testing/temp_dir.h"
#include "tests/testing/times.h"

namespace tally {

using Rows = std::map<std::string, std::string>;

// Direct access to the directory's database; closed with the object.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& directory) {
    rocksdb::DB* db = nullptr;
    rocksdb::Status status = rocksdb::DB::Open({}, directory, &db);
    TALLY_CHECK(status.ok());
    db_.reset(db);
  }

  Rows rows() {
    Rows rows;
    std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}));
    for (row->SeekToFirst(); row->Valid(); row->Next()) rows[row->key().ToString()] = row->value().ToString();
    TALLY_CHECK(row->status().ok());
    return rows;
  }
  void Put(const std::string& key, const std::string& value) { TALLY_CHECK(db_->Put({}, key, value).ok()); }
  void Delete(const std::string& key) { TALLY_CHECK(db_->Delete({}, key).ok()); }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

// Returns the rows of a loaded checkpoint, as they are on the disk.
inline Rows RowsOf(const CheckpointContents& contents) {
  Rows rows;
  rows[HeaderKey()] = HeaderValue(contents.header);
  rows[EventKey()] = contents.metrics.event;
  rows[LinkKey(contents.header.sequence)] = "";
  for (const auto& [name, metric] : contents.metrics.metrics) rows[MetricKey(name)] = MetricValue(metric);
  for (const auto& [topic_partition, state] : contents.saved.partitions)
    rows[PartitionKey(topic_partition)] = PartitionValue(state);
  for (const auto& [id, name] : contents.saved.series) rows[SeriesKey(id)] = name;
  for (const auto& [key, block] : contents.saved.blocks) rows[BlockRowKey(key)] = block.bytes();
  return rows;
}

// A store after Load(), as Write() requires.
inline std::unique_ptr<DirectoryStore> OpenStore(const std::string& directory) {
  auto store = DirectoryStore::Open(directory, nullptr);
  TALLY_CHECK(store.ok());
  TALLY_CHECK((*store)->Load().ok());
  return *std::move(store);
}

inline absl::StatusOr<std::optional<CheckpointContents>> Load(const std::string& directory) {
  auto store = DirectoryStore::Open(directory, nullptr);
  if (!store.ok()) return store.status();
  return (*store)->Load();
}

// Returns the packed block with these counts by cell.
inline std::string Packed(const std::map<uint32_t, uint64_t>& cells) {
  BlockCounts counts{};
  for (const auto& [cell, count] : cells) counts[cell] = count;
  return std::string(Block::Pack(counts).bytes());
}

// Two partitions, three series, two blocks.
inline Changes SomeChanges() {
  Changes changes;
  changes.blocks = {{{MinuteAt("14:30"), 0}, Packed({{0, 7}, {1, 300}})}, {{MinuteAt("14:31"), 1}, Packed({{44, 1}})}};
  changes.series = {{0, "stats:mw:login"}, {1, "stats:mw:buy"}, {300, "stats:hh:login"}};
  changes.partitions = {{{"hh", 0}, {}}, {{"mw", 3}, {}}};
  changes.partitions[1].state = {42, {30, 1, 2, 3, 4, 2}, TimeAt("14:31:05"), TimeAt("14:31:06")};
  changes.horizon = MinuteAt("10:31");
  changes.clock = TimeAt("14:31:07");
  return changes;
}

inline MetricRows SomeMetrics() {
  return {"format=json", {{"all", {Minute::Min(), ""}}, {"stats", {MinuteAt("12:00"), "by=game,call"}}}};
}

// A directory with a checkpoint of SomeChanges().
class StoredDirectory : public TempDir {
 public:
  StoredDirectory() { TALLY_CHECK(OpenStore(path())->Write(SomeChanges(), SomeMetrics()).ok()); }
};

}  // namespace tally
