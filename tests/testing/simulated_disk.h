// A disk in memory for RocksDB. It can lose power at any operation, and its writes can fail. All behaviour follows from
// the seed and the calls.
//
//   SimulatedDisk disk(seed);
//   auto store = DirectoryStore::Open(SimulatedDisk::kRoot, log, disk.env());
//   disk.PowerOffAfter(17);             // the 18th modifying operation, and all later ones, fail
//   ...                                 // write, and destroy the store
//   disk.PowerOn(SimulatedDisk::Loss::kUnsynced);
//
// A store must survive all these faults:
//   - Power loss. Any 512-byte sectors that were written to a file after its last sync are lost, in any order. They
//     contain zeros then, or the file ends before them. Any names that were created, renamed or removed since the last
//     sync of the directory can have their old state.
//   - A killed process. All written data remains.
//   - Errors. An operation fails; a failed write may have written a part. After a failed sync the bytes can be read,
//     but a power loss removes them, even if later syncs succeed.
//
// RocksDB's background work waits for RunBackground(). Everything runs in one thread; not thread-safe.
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

  // Valid as long as the disk. Everything that was opened with it must be destroyed before the disk.
  rocksdb::Env* env();

  // Turns the power off after this many more operations.
  void PowerOffAfter(int operations);
  // Lets `times` operations fail, after `operations` more operations.
  void FailAfter(int operations, int times);
  // Injects no more faults. Returns true if there was a fault since the last call.
  bool Disarm();
  bool off() const;

  // REQUIRES: everything that was opened with the env is destroyed.
  enum class Loss { kNothing, kUnsynced };
  void PowerOn(Loss loss);

  void RunBackground();

 private:
  std::shared_ptr<SimulatedFiles> files_;
  std::unique_ptr<QueuedJobs> env_;
};

}  // namespace tally
