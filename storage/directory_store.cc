#include "storage/directory_store.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "storage/damaged_file.h"
#include "storage/read_database.h"
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

// Returns how a message names the checkpoint of a header row.
std::string NameOfHeader(std::string_view value) {
  if (value.empty()) return "none";
  const absl::StatusOr<HeaderRow> header = HeaderOf(value);
  return header.ok() ? Cat("checkpoint ", header->sequence, " of node ", header->node) : "one of another version";
}

auto PutInto(rocksdb::WriteBatch& batch) {
  return [&batch](std::string_view key, std::optional<std::string_view> value) {
    value ? batch.Put(key, *value) : batch.Delete(key);
  };
}

}  // namespace

DirectoryStore::DirectoryStore(std::string directory, StorageLog log, rocksdb::Env* env, FormatVersions versions)
    : directory_(std::move(directory)),
      log_(std::move(log)),
      env_(CheckTables(env != nullptr ? *env : *rocksdb::Env::Default())),
      versions_(versions) {}

DirectoryStore::~DirectoryStore() = default;

absl::StatusOr<std::unique_ptr<DirectoryStore>> DirectoryStore::Open(const std::string& directory, StorageLog log,
                                                                     rocksdb::Env* env, FormatVersions versions) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::UnavailableError(Cat("data directory ", directory, ": ", error.message()));
  std::unique_ptr<DirectoryStore> store(new DirectoryStore(directory, std::move(log), env, versions));
  ASSIGN_OR_RETURN(store->manifest_, FindManifest(directory, *store->env_));
  const rocksdb::Status status = store->OpenDatabase();
  if (!status.ok()) return FromRocksDbAtStart(status, directory);
  return store;
}

// REQUIRES: FindManifest() succeeded.
rocksdb::Status DirectoryStore::OpenDatabase() {
  CrashPoint("before opening");
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(RocksDbOptions(log_, *env_), directory_, &db);
  db_.reset(db);
  if (status.ok()) CrashPoint("after opening");
  return status;
}

absl::StatusOr<std::optional<CheckpointContents>> DirectoryStore::Load() {
  ASSIGN_OR_RETURN(const std::string header, ReadHeader(*db_, directory_));
  headers_ = {header};  // also of an unknown version, because Replace() deletes it
  ASSIGN_OR_RETURN(std::optional<CheckpointContents> contents,
                   ReadDatabase(*db_, header, directory_, manifest_, versions_));
  if (contents) rows_ = StoredRows(*contents);
  return contents;
}

absl::Status DirectoryStore::Write(const Changes& changes, const MetricRows& metrics) {
  if (!db_) RETURN_IF_ERROR(Reopen());
  rocksdb::WriteBatch batch;
  RETURN_IF_ERROR(Upgrade(batch));
  return Commit(batch, rows_, changes, metrics);
}

absl::Status DirectoryStore::Replace(const Changes& changes, const MetricRows& metrics) {
  if (!db_) RETURN_IF_ERROR(Reopen());
  rocksdb::WriteBatch batch;
  RETURN_IF_ERROR(DeleteAll(batch));
  StoredRows none = rows_.WithoutRows();
  absl::Status status = Commit(batch, none, changes, metrics);
  rows_.set_node(none.node());
  if (status.ok()) rows_ = std::move(none);
  return status;
}

// If the directory is of an older version, `batch` gets today's rows of the same checkpoint, which replace its rows.
// Load() does not do this: a node that refuses to start must change nothing.
absl::Status DirectoryStore::Upgrade(rocksdb::WriteBatch& batch) {
  const std::string& header = headers_.front();
  if (header.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint64_t version, VersionOf(header));
  if (version == kFormatVersion) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<CheckpointContents> contents,
                   ReadDatabase(*db_, header, directory_, manifest_, versions_));
  RETURN_IF_ERROR(DeleteAll(batch));
  if (contents) AllRows(*contents, PutInto(batch));
  return absl::OkStatus();
}

// Row by row: a range deletion can give wrong data after a read error (RocksDB issue 11786).
absl::Status DirectoryStore::DeleteAll(rocksdb::WriteBatch& batch) {
  // The iterator is destroyed before the write: a failed write closes the database, which must not have an iterator
  // then.
  std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next()) batch.Delete(row->key());
  return row->status().ok() ? absl::OkStatus() : FromRocksDb(row->status(), directory_);
}

// `before` are the rows that the batch leaves; the rows of the new checkpoint follow.
absl::Status DirectoryStore::Commit(rocksdb::WriteBatch& batch, StoredRows& before, const Changes& changes,
                                    const MetricRows& metrics) {
  // Kept after a failure too: the batch may be on the disk.
  if (before.node().empty()) before.set_node(NewNodeId());
  const HeaderRow header = before.Next(changes, metrics, PutInto(batch));
  headers_.push_back(HeaderValue(header));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  CrashPoint("before the write");
  rocksdb::Status status = db_->Write(synced, &batch);
  CrashPoint("after the write");
  if (!status.ok()) {
    db_.reset();
    return FromRocksDb(status, directory_);
  }
  before.Take(header, changes, metrics);
  headers_ = {headers_.back()};
  return absl::OkStatus();
}

absl::Status DirectoryStore::Reopen() {
  RETURN_IF_ERROR(FindManifest(directory_, *env_).status());
  const rocksdb::Status status = OpenDatabase();
  if (!status.ok()) return FromRocksDb(status, directory_);
  absl::Status ours = CheckOurs();
  if (!ours.ok()) db_.reset();
  return ours;
}

// The lock was free for a moment, so another node may have written the directory, and released it again.
absl::Status DirectoryStore::CheckOurs() {
  std::string found;  // empty: no checkpoint
  rocksdb::Status status = db_->Get(ReadOptions(), HeaderKey(), &found);
  if (!status.ok() && !status.IsNotFound()) return FromRocksDb(status, directory_);
  if (std::find(headers_.begin(), headers_.end(), found) != headers_.end()) {
    headers_ = {found};
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      Cat("data directory ", directory_, " was written by another node meanwhile, so this node cannot continue it: ",
          "expected checkpoint ", sequence(), " of node ", node(), ", found ", NameOfHeader(found)));
}

}  // namespace tally
