#include "storage/rocksdb_options.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "core/base/strings.h"
#include "rocksdb/env.h"
#include "rocksdb/table.h"
#include "storage/damaged_file.h"

namespace tally {
namespace {

// RocksDB's own logger writes into the data directory, and a distribution's build with assertions aborts the process
// when that file meets a full disk.
class LineLogger : public rocksdb::Logger {
 public:
  explicit LineLogger(StorageLog log) : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(std::move(log)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[1024];  // longer lines are cut
    int length = std::vsnprintf(line, sizeof line, format, arguments);
    if (length <= 0) return;
    std::string_view text(line, std::min(static_cast<size_t>(length), sizeof line - 1));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (log_ && !text.empty()) log_(text);
  }

 private:
  const StorageLog log_;
};

}  // namespace

rocksdb::Options RocksDbOptions(StorageLog log, rocksdb::Env& env) {
  rocksdb::Options options;
  options.env = &env;
  options.create_if_missing = true;
  options.info_log = std::make_shared<LineLogger>(std::move(log));
  options.paranoid_checks = true;
  // Recovers a prefix of whole batches. The offsets are in the batch, so the rest is read from Kafka again.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.write_buffer_size = 16 << 20;
  options.max_open_files = 64;
  options.keep_log_file_num = 1;
  options.stats_dump_period_sec = 0;  // an extra thread would write them to a logger that drops them
  options.stats_persist_period_sec = 0;
  options.compression = rocksdb::kNoCompression;  // blocks are already packed
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // every row is read once, at the start
  // The kinds that storage/table_check.cc can check; a later RocksDB may have other defaults.
  table.format_version = 5;
  table.checksum = rocksdb::kCRC32c;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ReadOptions ReadOptions() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  return options;
}

absl::Status FromRocksDb(const rocksdb::Status& status, const std::string& directory) {
  std::string message = Cat("data directory ", directory, ": ", status.ToString());
  // RocksDB has no code for it. It reports a LOCK file that cannot be opened with the same code, and that is an I/O
  // error.
  bool about_lock = status.IsIOError() && (message.find("While lock file") != std::string::npos ||
                                           message.find("lock hold by current process") != std::string::npos);
  if (about_lock)
    return absl::FailedPreconditionError(Cat("data directory ", directory, " is locked by another process"));
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsPathNotFound()) {
    return absl::DataLossError(message);
  }
  return absl::UnavailableError(message);
}

absl::Status FromRocksDbAtStart(const rocksdb::Status& status, const std::string& directory) {
  absl::Status converted = FromRocksDb(status, directory);
  if (!absl::IsDataLoss(converted)) return converted;
  const std::string_view message = FromAbsl(converted.message());
  return absl::DataLossError(Cat(message, "; damaged: ", DamagedFile(directory, message)));
}

}  // namespace tally
