// Injects disk errors: in a program that links or preloads disk_fault.cc, a rule of the test decides whether libc's
// open, write, sync and rename fail.
//
//   SetDiskFault([](DiskCall call, std::string_view path) { return call == DiskCall::kSync ? EIO : 0; });
//
// Thread-safe. Any thread can call the rule, so it must be thread-safe too.
#pragma once

#include <functional>
#include <string_view>

namespace tally {

enum class DiskCall { kOpen, kWrite, kSync, kRename };  // kOpen: for writing

// Returns an errno with which the call fails, or 0 if the call must succeed. With -errno, a write writes half of its
// bytes before it fails. A failed sync does not sync.
using DiskRule = std::function<int(DiskCall call, std::string_view path)>;

void SetDiskFault(DiskRule rule);  // nullptr: nothing fails

}  // namespace tally
