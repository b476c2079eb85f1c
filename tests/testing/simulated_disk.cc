#include "tests/testing/simulated_disk.h"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace tally {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomAccessFile;
using rocksdb::FSSequentialFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr size_t kSector = 512;

struct File {
  std::string data;
  size_t synced = 0;                                   // bytes that survive a power loss
  std::vector<std::pair<size_t, size_t>> sync_failed;  // from, to: a sync of these bytes failed
};
using FilePtr = std::shared_ptr<File>;

IOStatus Read(const File& file, uint64_t offset, size_t n, Slice* result, char* scratch) {
  const size_t from = std::min<size_t>(offset, file.data.size());
  n = std::min(n, file.data.size() - from);
  std::copy_n(file.data.data() + from, n, scratch);
  *result = Slice(scratch, n);
  return IOStatus::OK();
}

class Sequential : public FSSequentialFile {
 public:
  explicit Sequential(FilePtr file) : file_(std::move(file)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    IOStatus status = tally::Read(*file_, at_, n, result, scratch);
    at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  const FilePtr file_;
  uint64_t at_ = 0;
};

class RandomAccess : public FSRandomAccessFile {
 public:
  explicit RandomAccess(FilePtr file) : file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return tally::Read(*file_, offset, n, result, scratch);
  }

 private:
  const FilePtr file_;
};

struct Lock : rocksdb::FileLock {
  explicit Lock(std::string held) : name(std::move(held)) {}
  const std::string name;
};

}  // namespace

// One directory. RocksDB creates no other.
class SimulatedFiles : public rocksdb::FileSystem {
 public:
  explicit SimulatedFiles(uint64_t seed) : random_(seed) {}

  const char* Name() const override { return "SimulatedDisk"; }

  void PowerOffAfter(int operations) { off_at_ = operations_ + static_cast<uint64_t>(operations); }
  void FailAfter(int operations, int times) {
    fail_from_ = operations_ + static_cast<uint64_t>(operations);
    fail_to_ = fail_from_ + static_cast<uint64_t>(times);
  }
  bool Disarm() {
    if (!off()) off_at_ = UINT64_MAX;
    fail_from_ = fail_to_ = 0;
    return std::exchange(faulted_, false);
  }
  bool off() const { return operations_ > off_at_; }

  void PowerOn(SimulatedDisk::Loss loss) {
    TALLY_CHECK(locked_.empty());
    off_at_ = UINT64_MAX;
    if (loss == SimulatedDisk::Loss::kNothing) return;
    std::set<std::string> names;
    for (const auto& [name, file] : names_) names.insert(name);
    for (const auto& [name, file] : synced_names_) names.insert(name);
    for (const std::string& name : names) {
      if (Below(2)) ForgetName(name);
    }
    synced_names_ = names_;
    for (auto& [name, file] : names_) ForgetBytes(*file);
  }

  // Begins an operation, and returns its injected error. Failed operations count too.
  IOStatus Begin() {
    const uint64_t operation = operations_++;
    const bool fails = operation >= fail_from_ && operation < fail_to_;
    faulted_ = faulted_ || fails || off();
    if (off()) return IOStatus::IOError("the power is off");
    // Not NoSpace(): after it, RocksDB recovers in a separate thread, and the run would not follow from the seed.
    return fails ? IOStatus::IOError("I/O error") : IOStatus::OK();
  }

  IOStatus Append(File& file, const Slice& data) {
    IOStatus status = Begin();
    // The last operation before a power loss, or a failed operation, can be partly done.
    const bool last = !status.ok() && operations_ <= off_at_ + 1;
    if (status.ok() || last) file.data.append(data.data(), status.ok() ? data.size() : Below(data.size() + 1));
    return status;
  }

  IOStatus Sync(File& file) {
    IOStatus status = Begin();
    const bool failed = !status.ok() && !off();
    if (failed && file.synced < file.data.size()) file.sync_failed.emplace_back(file.synced, file.data.size());
    if (status.ok()) file.synced = file.data.size();
    return status;
  }

  IOStatus SyncNames() {
    IOStatus status = Begin();
    if (status.ok()) synced_names_ = names_;
    return status;
  }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions&, std::unique_ptr<FSSequentialFile>* result,
                             IODebugContext*) override {
    return Open<Sequential>(name, result);
  }
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&, std::unique_ptr<FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return Open<RandomAccess>(name, result);
  }
  IOStatus NewWritableFile(const std::string& name, const FileOptions&, std::unique_ptr<FSWritableFile>* result,
                           IODebugContext*) override;
  IOStatus NewDirectory(const std::string&, const IOOptions&, std::unique_ptr<FSDirectory>* result,
                        IODebugContext*) override;

  IOStatus FileExists(const std::string& name, const IOOptions&, IODebugContext*) override {
    return names_.contains(name) ? IOStatus::OK() : IOStatus::NotFound(name);
  }
  IOStatus GetChildren(const std::string& directory, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    const std::string prefix = directory + "/";
    result->clear();
    for (const auto& [name, file] : names_) {
      if (name.starts_with(prefix)) result->push_back(name.substr(prefix.size()));
    }
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& name, const IOOptions&, uint64_t* size, IODebugContext*) override {
    FilePtr file;
    IOStatus status = Find(name, &file);
    if (status.ok()) *size = file->data.size();
    return status;
  }
  IOStatus GetFileModificationTime(const std::string& name, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return Find(name);
  }

  IOStatus DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) override {
    IOStatus status = Find(name);
    if (status.ok()) status = Begin();
    if (status.ok()) names_.erase(name);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    FilePtr file;
    IOStatus status = Find(from, &file);
    if (status.ok()) status = Begin();
    if (!status.ok()) return status;
    names_.erase(from);
    names_[to] = std::move(file);
    return status;
  }

  IOStatus CreateDir(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus CreateDirIfMissing(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus DeleteDir(const std::string&, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus IsDirectory(const std::string& name, const IOOptions&, bool* is, IODebugContext*) override {
    *is = name == SimulatedDisk::kRoot;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = SimulatedDisk::kRoot;
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute, IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* bytes, IODebugContext*) override {
    *bytes = uint64_t{1} << 40;
    return IOStatus::OK();
  }

  IOStatus LockFile(const std::string& name, const IOOptions&, rocksdb::FileLock** lock, IODebugContext*) override {
    *lock = nullptr;
    if (locked_.contains(name)) return IOStatus::IOError("While lock file: " + name);
    if (IOStatus status = Begin(); !status.ok()) return status;
    if (!names_.contains(name)) names_[name] = std::make_shared<File>();
    locked_.insert(name);
    *lock = new Lock(name);
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
    locked_.erase(held->name);
    return IOStatus::OK();
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  IOStatus Find(const std::string& name, FilePtr* file = nullptr) {
    auto found = names_.find(name);
    if (found == names_.end()) return IOStatus::PathNotFound(name);
    if (file != nullptr) *file = found->second;
    return IOStatus::OK();
  }

  template <typename Opened, typename Result>
  IOStatus Open(const std::string& name, std::unique_ptr<Result>* result) {
    FilePtr file;
    IOStatus status = Find(name, &file);
    result->reset(status.ok() ? new Opened(std::move(file)) : nullptr);
    return status;
  }

  void ForgetName(const std::string& name) {
    auto synced = synced_names_.find(name);
    if (synced == synced_names_.end()) {
      names_.erase(name);
    } else {
      names_[name] = synced->second;
    }
  }

  void ForgetBytes(File& file) {
    const size_t size = file.synced + Below(file.data.size() - file.synced + 1);
    file.data.resize(size);
    const size_t keep_one_in = 1 + Below(3);
    for (size_t at = file.synced; at < size; at = (at / kSector + 1) * kSector) {
      const size_t to = std::min(size, (at / kSector + 1) * kSector);
      if (Below(keep_one_in)) std::fill(file.data.begin() + at, file.data.begin() + to, '\0');
    }
    for (const auto& [from, to] : file.sync_failed) {
      if (from < size) std::fill(file.data.begin() + from, file.data.begin() + std::min(to, size), '\0');
    }
    file.sync_failed.clear();
    file.synced = size;
  }

  std::mt19937_64 random_;
  uint64_t operations_ = 0;
  uint64_t off_at_ = UINT64_MAX;
  uint64_t fail_from_ = 0;
  uint64_t fail_to_ = 0;
  bool faulted_ = false;
  std::map<std::string, FilePtr> names_;
  std::map<std::string, FilePtr> synced_names_;  // a power loss can restore these
  std::set<std::string> locked_;
};

namespace {

class Writable : public FSWritableFile {
 public:
  Writable(SimulatedFiles& files, FilePtr file) : files_(files), file_(std::move(file)) {}

  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override { return files_.Append(*file_, data); }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    IOStatus status = files_.Begin();
    if (status.ok()) file_->data.resize(size);
    return status;
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return files_.Sync(*file_); }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_->data.size(); }

 private:
  SimulatedFiles& files_;
  const FilePtr file_;
};

class Directory : public FSDirectory {
 public:
  explicit Directory(SimulatedFiles& files) : files_(files) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return files_.SyncNames(); }

 private:
  SimulatedFiles& files_;
};

}  // namespace

IOStatus SimulatedFiles::NewWritableFile(const std::string& name, const FileOptions&,
                                         std::unique_ptr<FSWritableFile>* result, IODebugContext*) {
  result->reset();
  IOStatus status = Begin();
  if (!status.ok()) return status;
  FilePtr file = names_[name] = std::make_shared<File>();
  *result = std::make_unique<Writable>(*this, std::move(file));
  return status;
}

IOStatus SimulatedFiles::NewDirectory(const std::string&, const IOOptions&, std::unique_ptr<FSDirectory>* result,
                                      IODebugContext*) {
  *result = std::make_unique<Directory>(*this);
  return IOStatus::OK();
}

// Keeps background jobs in a queue instead of running them in threads.
class QueuedJobs : public rocksdb::EnvWrapper {
 public:
  explicit QueuedJobs(std::unique_ptr<rocksdb::Env> files) : EnvWrapper(std::move(files)) {}

  const char* Name() const override { return "SimulatedDisk"; }

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unschedule)(void*)) override {
    jobs_.push_back({function, unschedule, argument, tag, priority});
  }
  int UnSchedule(void* tag, Priority priority) override {
    int count = 0;
    for (auto job = jobs_.begin(); job != jobs_.end();) {
      if (job->tag != tag || job->priority != priority) {
        ++job;
        continue;
      }
      const Job gone = *job;
      job = jobs_.erase(job);
      if (gone.unschedule != nullptr) gone.unschedule(gone.argument);
      ++count;
    }
    return count;
  }

  void Run() {
    while (!jobs_.empty()) {
      const Job job = jobs_.front();
      jobs_.pop_front();
      job.function(job.argument);
    }
  }

 private:
  struct Job {
    void (*function)(void*);
    void (*unschedule)(void*);
    void* argument;
    void* tag;
    Priority priority;
  };
  std::deque<Job> jobs_;
};

SimulatedDisk::SimulatedDisk(uint64_t seed)
    : files_(std::make_shared<SimulatedFiles>(seed)),
      env_(std::make_unique<QueuedJobs>(rocksdb::NewCompositeEnv(files_))) {}
SimulatedDisk::~SimulatedDisk() = default;

rocksdb::Env* SimulatedDisk::env() { return env_.get(); }
void SimulatedDisk::PowerOffAfter(int operations) { files_->PowerOffAfter(operations); }
void SimulatedDisk::FailAfter(int operations, int times) { files_->FailAfter(operations, times); }
bool SimulatedDisk::Disarm() { return files_->Disarm(); }
bool SimulatedDisk::off() const { return files_->off(); }
void SimulatedDisk::PowerOn(Loss loss) { files_->PowerOn(loss); }
void SimulatedDisk::RunBackground() { env_->Run(); }

}  // namespace tally
