// A disk in memory for RocksDB, whose power can go at any operation and whose writes can fail. Everything that happens
// follows from a seed and the calls.
//
//   SimulatedDisk disk(seed);
//   auto store = CheckpointStore::Open(SimulatedDisk::kRoot, log, disk.env());
//   disk.PowerOffAfter(17);             // the 18th operation that changes something, and all after it, fail
//   ...                                 // write, and let the store go
//   disk.PowerOn(SimulatedDisk::Loss::kUnsynced);
//
// The faults, all of which a store must survive:
//   - Power loss. Of what was written to a file behind the last sync any 512-byte sectors are lost, in any order; what
//     stands there then is zeros, or the file ends. Of the names that were made, renamed or removed since the last sync
//     of the directory any may be as they were.
//   - A killed process: everything that was written stays.
//   - Errors: an operation fails, a write perhaps after a part of it. After a sync that failed the bytes can be read,
//     but a power loss takes them, though later syncs succeed.
//
// What RocksDB leaves to background threads waits for RunBackground(). One thread; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>

namespace rocksdb {
class Env;
}

namespace tally {

class SimulatedFiles;
class QueuedJobs;

class SimulatedDisk {
 public:
  static constexpr const char* kRoot = ".";

  explicit SimulatedDisk(uint64_t seed);
  ~SimulatedDisk();
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  // Lives as long as the disk, and longer than what was opened with it.
  rocksdb::Env* env();

  // After so many more operations the power goes.
  void PowerOffAfter(int operations);
  // After so many more operations, so many of them fail.
  void FailAfter(int operations, int times);
  // No more faults. Returns whether there was one since the last call.
  bool Disarm();
  bool off() const;

  // REQUIRES: nothing that was opened with the env is left.
  enum class Loss { kNothing, kUnsynced };
  void PowerOn(Loss loss);

  void RunBackground();

 private:
  std::shared_ptr<SimulatedFiles> files_;
  std::unique_ptr<QueuedJobs> env_;
};

}  // namespace tally
