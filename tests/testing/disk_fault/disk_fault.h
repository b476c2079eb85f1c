// Files that fail as a disk would have them fail: in a program that links or preloads disk_fault.cc, a rule of the
// test's stands before libc's open, write, sync and rename.
//
//   SetDiskFault([](DiskCall call, std::string_view path) { return call == DiskCall::kSync ? EIO : 0; });
//
// Thread-safe; the rule is asked by any thread, and must be.
#pragma once

#include <functional>
#include <string_view>

namespace tally {

enum class DiskCall { kOpen, kWrite, kSync, kRename };  // kOpen: for writing

// An errno, or 0 for a call that is to be left alone. A write with -errno gets half of its bytes to the disk first. A
// sync that fails was not made.
using DiskRule = std::function<int(DiskCall call, std::string_view path)>;

void SetDiskFault(DiskRule rule);  // nullptr: nothing fails

}  // namespace tally
