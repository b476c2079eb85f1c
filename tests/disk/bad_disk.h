// Disks that take no more bytes for a while.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tally {

class BadDisk {
 public:
  virtual ~BadDisk() = default;

  virtual const std::string& path() const = 0;
  // What has to run a program that shall meet the fault (see Tallyd::Start).
  virtual std::vector<std::string> launcher() const { return {}; }

  virtual void Break() = 0;  // again, where something has made room meanwhile
  virtual void Mend() = 0;
};

// 24 MB of memory, mounted. Break() fills it, Mend() frees what Break() took. REQUIRES: MayMount().
std::unique_ptr<BadDisk> NewFullDisk();

// A directory in which every write, sync and rename fails with `error` between the two.
std::unique_ptr<BadDisk> NewFailingDisk(int error);

// OK if this process can mount: it then has mounts of its own, which go with it and its children however they end. Made
// by the first call, while the process has no other thread, of root or of whoever may have namespaces of his own.
absl::Status MayMount();

}  // namespace tally
