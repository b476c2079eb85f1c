#include "storage/checkpoint_store.h"

#include <filesystem>
#include <random>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/read_rows.h"
#include "storage/rocksdb_options.h"

namespace tally {
namespace {

std::string NewNodeId() {
  std::random_device random;
  uint64_t drawn = uint64_t{random()} << 32 | random();
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4) id.push_back("0123456789abcdef"[drawn >> shift & 15]);
  return id;
}

}  // namespace

Fingerprints CheckpointContents::fingerprints() const {
  Fingerprints prints;
  prints.event = metrics.event;
  for (const auto& [name, row] : metrics.metrics) prints.metrics[name] = row.fingerprint;
  return prints;
}

CheckpointStore::CheckpointStore(std::string directory, StorageLog log)
    : directory_(std::move(directory)), log_(std::move(log)) {}

CheckpointStore::~CheckpointStore() = default;

absl::StatusOr<std::unique_ptr<CheckpointStore>> CheckpointStore::Open(const std::string& directory, StorageLog log) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(Cat("data directory ", directory, ": ", error.message()));
  std::unique_ptr<CheckpointStore> store(new CheckpointStore(directory, std::move(log)));
  RETURN_IF_ERROR(store->OpenDatabase());
  return store;
}

absl::Status CheckpointStore::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(RocksDbOptions(log_), directory_, &db);
  if (!status.ok()) return FromRocksDb(status, directory_);
  db_.reset(db);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CheckpointContents>> CheckpointStore::Load() {
  ASSIGN_OR_RETURN(std::optional<CheckpointContents> contents, ReadRows(*db_, directory_));
  if (!contents) return contents;
  node_ = contents->header.node;
  sequence_ = contents->header.sequence;
  metrics_ = contents->metrics;
  for (const auto& [key, block] : contents->saved.blocks) blocks_.insert(key);
  for (const auto& series : contents->saved.series) series_.insert(series.id);
  return contents;
}

absl::Status CheckpointStore::Write(const Changes& changes, const MetricRows& metrics) {
  rocksdb::WriteBatch batch;
  return Commit(batch, changes, metrics, /*replace=*/false);
}

absl::Status CheckpointStore::Replace(const Changes& changes, const MetricRows& metrics) {
  if (!db_) RETURN_IF_ERROR(Reopen());
  // Key by key: a range deletion can give wrong data after a read error (RocksDB issue 11786).
  rocksdb::WriteBatch batch;
  std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next()) batch.Delete(row->key());
  if (!row->status().ok()) return FromRocksDb(row->status(), directory_);
  return Commit(batch, changes, metrics, /*replace=*/true);
}

absl::Status CheckpointStore::Commit(rocksdb::WriteBatch& batch, const Changes& changes, const MetricRows& metrics,
                                     bool replace) {
  if (!db_) RETURN_IF_ERROR(Reopen());
  absl::flat_hash_set<BlockKey> blocks;
  absl::flat_hash_set<SeriesId> series;
  if (!replace) blocks = blocks_, series = series_;
  for (const auto& [key, packed] : changes.blocks) {
    packed.empty() ? batch.Delete(BlockRowKey(key)) : batch.Put(BlockRowKey(key), packed);
    packed.empty() ? void(blocks.erase(key)) : void(blocks.insert(key));
  }
  for (const auto& [id, name] : changes.series) {
    name.empty() ? batch.Delete(SeriesKey(id)) : batch.Put(SeriesKey(id), name);
    name.empty() ? void(series.erase(id)) : void(series.insert(id));
  }
  for (const auto& [place, state] : changes.partitions) batch.Put(PartitionKey(place), PartitionValue(state));
  for (const auto& [name, row] : metrics_.metrics) {
    if (!metrics.metrics.contains(name)) batch.Delete(MetricKey(name));
  }
  for (const auto& [name, row] : metrics.metrics) batch.Put(MetricKey(name), MetricValue(row));
  batch.Put(EventKey(), metrics.event);

  if (node_.empty()) node_ = NewNodeId();   // kept after a failure too: the batch may have reached the disk
  HeaderRow header{node_, sequence_ + 1, changes.horizon, changes.clock};
  header.partitions = changes.partitions.size();
  header.series = series.size();
  header.blocks = blocks.size();
  header.metrics = metrics.metrics.size();
  batch.Put(HeaderKey(), HeaderValue(header));

  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::Status status = db_->Write(synced, &batch);
  if (!status.ok()) {
    db_.reset();
    return FromRocksDb(status, directory_);
  }
  sequence_ = header.sequence;
  blocks_ = std::move(blocks);
  series_ = std::move(series);
  metrics_ = metrics;
  return absl::OkStatus();
}

// The lock was free for a moment, so another node may have been here.
absl::Status CheckpointStore::Reopen() {
  RETURN_IF_ERROR(OpenDatabase());
  std::string value;
  rocksdb::Status status = db_->Get(ReadOptions(), HeaderKey(), &value);
  HeaderRow header;
  if (status.ok()) {
    ASSIGN_OR_RETURN(header, HeaderOf(value));
  } else if (!status.IsNotFound()) {
    return FromRocksDb(status, directory_);
  }
  bool ours = header.sequence == 0 || header.node == node_;
  if (ours && (header.sequence == sequence_ || header.sequence == sequence_ + 1)) return absl::OkStatus();
  db_.reset();
  return absl::FailedPreconditionError(Cat("data directory ", directory_, ": expected checkpoint ", sequence_, " of node ",
                                           node_, ", found ", header.sequence, " of node ", header.node));
}

}  // namespace tally
