#include "tests/testing/disk_fault/disk_fault.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace tally {
namespace {

std::mutex mutex;
std::shared_ptr<const DiskRule> active;  // guarded by mutex; null: no rule

int Ask(DiskCall call, std::string_view path) {
  std::shared_ptr<const DiskRule> rule;
  {
    std::lock_guard<std::mutex> lock(mutex);
    rule = active;
  }
  return rule ? (*rule)(call, path) : 0;
}

int Ask(DiskCall call, int file) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!active) return 0;
  }
  char path[4096];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  return length <= 0 ? 0 : Ask(call, std::string_view(path, static_cast<size_t>(length)));
}

// Returns libc's function.
template <class Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int Fail(int error) {
  errno = error < 0 ? -error : error;
  return -1;
}

// `real(n)` writes the first n bytes.
template <class Write>
ssize_t WriteOrFail(int file, size_t n, Write real) {
  const int error = Ask(DiskCall::kWrite, file);
  if (error == 0) return real(n);
  if (error < 0) (void)real(n / 2);
  return Fail(error);
}

}  // namespace

void SetDiskFault(DiskRule rule) {
  std::lock_guard<std::mutex> lock(mutex);
  active = rule ? std::make_shared<const DiskRule>(std::move(rule)) : nullptr;
}

}  // namespace tally

using tally::Ask;
using tally::DiskCall;
using tally::Fail;
using tally::Real;

extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const real = Real<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const int error = (flags & O_ACCMODE) == O_RDONLY ? 0 : Ask(DiskCall::kOpen, path);
  return error != 0 ? Fail(error) : real(path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t n) {
  static auto* const real = Real<ssize_t(int, const void*, size_t)>("write");
  return tally::WriteOrFail(file, n, [&](size_t length) { return real(file, bytes, length); });
}

ssize_t pwrite(int file, const void* bytes, size_t n, off_t at) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return tally::WriteOrFail(file, n, [&](size_t length) { return real(file, bytes, length, at); });
}

int fsync(int file) {
  static auto* const real = Real<int(int)>("fsync");
  const int error = Ask(DiskCall::kSync, file);
  return error != 0 ? Fail(error) : real(file);
}

int fdatasync(int file) {
  static auto* const real = Real<int(int)>("fdatasync");
  const int error = Ask(DiskCall::kSync, file);
  return error != 0 ? Fail(error) : real(file);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = Real<int(const char*, const char*)>("rename");
  const int error = Ask(DiskCall::kRename, std::string_view(to));
  return error != 0 ? Fail(error) : real(from, to);
}

}  // extern "C"
