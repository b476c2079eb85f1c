// Disks that accept no writes for some time.
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
  // Returns the command that must run a program which uses the disk (see Tallyd::Start).
  virtual std::vector<std::string> launcher() const { return {}; }

  virtual void Break() = 0;  // call it again if space has become free meanwhile
  virtual void Repair() = 0;
};

// A tmpfs of 24 MB. Break() fills it with a file, and Repair() removes the file. REQUIRES: CanMount().
std::unique_ptr<BadDisk> NewFullDisk();

// A directory in which every write, sync and rename fails with `error` between Break() and Repair().
std::unique_ptr<BadDisk> NewFailingDisk(int error);

// Returns OK if this process can mount. The first call gives the process its own mount namespace, which exists until
// the process and its children end. REQUIRES for the first call: the process has no other thread. It works for root,
// and for a user that is allowed to create namespaces.
absl::Status CanMount();

}  // namespace tally
