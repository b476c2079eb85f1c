#include "storage/checkpoint_store.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <utility>

#include "core/base/check.h"
#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/damaged_file.h"
#include "storage/read_rows.h"
#include "storage/rocksdb_options.h"
#include "storage/table_check.h"

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

CheckpointStore::CheckpointStore(std::string directory, StorageLog log, rocksdb::Env* env)
    : directory_(std::move(directory)),
      log_(std::move(log)),
      env_(CheckTables(env != nullptr ? *env : *rocksdb::Env::Default())) {}

CheckpointStore::~CheckpointStore() = default;

absl::StatusOr<std::unique_ptr<CheckpointStore>> CheckpointStore::Open(const std::string& directory, StorageLog log,
                                                                       rocksdb::Env* env) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(Cat("data directory ", directory, ": ", error.message()));
  std::unique_ptr<CheckpointStore> store(new CheckpointStore(directory, std::move(log), env));
  ASSIGN_OR_RETURN(store->manifest_, FindManifest(directory, *store->env_));
  const rocksdb::Status status = store->OpenDatabase();
  if (!status.ok()) return FromRocksDbAtStart(status, directory);
  return store;
}

// REQUIRES: FindManifest() found no trouble.
rocksdb::Status CheckpointStore::OpenDatabase() {
  CrashPoint("before opening");
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(RocksDbOptions(log_, *env_), directory_, &db);
  db_.reset(db);
  if (status.ok()) CrashPoint("after opening");
  return status;
}

absl::StatusOr<std::optional<CheckpointContents>> CheckpointStore::Load() {
  ASSIGN_OR_RETURN(std::optional<CheckpointContents> contents, ReadRows(*db_, directory_, manifest_));
  if (!contents) return contents;
  node_ = contents->header.node;
  sequence_ = contents->header.sequence;
  metrics_ = contents->metrics;
  headers_ = {HeaderValue(contents->header)};
  for (const auto& [key, block] : contents->saved.blocks) blocks_.insert(key);
  for (const auto& series : contents->saved.series) SetHasRow(series.id, true);
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
  {
    // Gone before the write: a failed one closes the database, which must not have an iterator then.
    std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(ReadOptions()));
    for (row->SeekToFirst(); row->Valid(); row->Next()) batch.Delete(row->key());
    if (!row->status().ok()) return FromRocksDb(row->status(), directory_);
  }
  return Commit(batch, changes, metrics, /*replace=*/true);
}

absl::Status CheckpointStore::Commit(rocksdb::WriteBatch& batch, const Changes& changes, const MetricRows& metrics,
                                     bool replace) {
  if (!db_) RETURN_IF_ERROR(Reopen());
  if (node_.empty()) node_ = NewNodeId();  // kept after a failure too: the batch may have reached the disk
  HeaderRow header{node_, sequence_ + 1, changes.horizon, changes.clock};
  header.blocks = replace ? 0 : blocks_.size();
  header.series = replace ? 0 : series_rows_;
  for (const auto& [key, packed] : changes.blocks) {
    packed.empty() ? batch.Delete(BlockRowKey(key)) : batch.Put(BlockRowKey(key), packed);
    header.blocks += uint64_t{!packed.empty()} - uint64_t{!replace && blocks_.contains(key)};
  }
  for (const auto& [id, name] : changes.series) {
    name.empty() ? batch.Delete(SeriesKey(id)) : batch.Put(SeriesKey(id), name);
    header.series += uint64_t{!name.empty()} - uint64_t{!replace && HasRow(id)};
  }
  for (const auto& [place, state] : changes.partitions) batch.Put(PartitionKey(place), PartitionValue(state));
  for (const auto& [name, row] : metrics_.metrics) {
    if (!metrics.metrics.contains(name)) batch.Delete(MetricKey(name));
  }
  for (const auto& [name, row] : metrics.metrics) batch.Put(MetricKey(name), MetricValue(row));
  batch.Put(EventKey(), metrics.event);

  header.partitions = changes.partitions.size();
  header.metrics = metrics.metrics.size();
  batch.Put(HeaderKey(), headers_.emplace_back(HeaderValue(header)));
  batch.Delete(LinkKey(sequence_));
  batch.Put(LinkKey(header.sequence), "");

  rocksdb::WriteOptions synced;
  synced.sync = true;
  CrashPoint("before the write");
  rocksdb::Status status = db_->Write(synced, &batch);
  CrashPoint("after the write");
  if (!status.ok()) {
    db_.reset();
    return FromRocksDb(status, directory_);
  }
  if (replace) blocks_.clear(), series_.clear(), series_rows_ = 0;
  for (const auto& [key, packed] : changes.blocks) {
    packed.empty() ? void(blocks_.erase(key)) : void(blocks_.insert(key));
  }
  for (const auto& [id, name] : changes.series) SetHasRow(id, !name.empty());
  metrics_ = metrics;
  sequence_ = header.sequence;
  headers_.erase(headers_.begin(), headers_.end() - 1);
  return absl::OkStatus();
}

bool CheckpointStore::HasRow(SeriesId id) const { return id < series_.size() && series_[id]; }

void CheckpointStore::SetHasRow(SeriesId id, bool has_row) {
  if (id >= series_.size()) series_.resize(id + size_t{1});
  series_rows_ += uint64_t{has_row} - uint64_t{series_[id]};
  series_[id] = has_row;
}

absl::Status CheckpointStore::Reopen() {
  RETURN_IF_ERROR(FindManifest(directory_, *env_).status());
  const rocksdb::Status status = OpenDatabase();
  if (!status.ok()) return FromRocksDb(status, directory_);
  absl::Status ours = CheckOurs();
  if (!ours.ok()) db_.reset();
  return ours;
}

// The lock was free for a moment, so another node may have been here, and have left the directory to us again.
absl::Status CheckpointStore::CheckOurs() {
  std::string found;  // empty: no checkpoint
  rocksdb::Status status = db_->Get(ReadOptions(), HeaderKey(), &found);
  if (!status.ok() && !status.IsNotFound()) return FromRocksDb(status, directory_);
  if (std::find(headers_.begin(), headers_.end(), found) != headers_.end()) {
    headers_ = {found};
    return absl::OkStatus();
  }
  HeaderRow header;
  std::string context = Cat("data directory ", directory_, " was written by another node meanwhile");
  if (!found.empty()) {
    absl::StatusOr<HeaderRow> other = HeaderOf(found);
    if (!other.ok()) return Annotate(other.status(), context);
    header = *std::move(other);
  }
  return absl::FailedPreconditionError(Cat(context, ": expected checkpoint ", sequence_, " of node ", node_, ", found ",
                                           header.sequence, " of node ", header.node));
}

}  // namespace tally
