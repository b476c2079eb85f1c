// Preloaded into the binary under test. With TALLY_DISK_FAULT=DIRECTORY:FILE in its environment, every write, sync and
// rename below DIRECTORY fails while FILE exists. FILE contains the number of the errno.
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/testing/disk_fault/disk_fault.h"

namespace tally {
namespace {

const bool installed = [] {
  const char* variable = std::getenv("TALLY_DISK_FAULT");
  const std::string value = variable == nullptr ? "" : variable;
  const size_t colon = value.rfind(':');
  if (colon == std::string::npos) return false;
  SetDiskFault([directory = value.substr(0, colon), flag = value.substr(colon + 1)](DiskCall, std::string_view path) {
    int error = 0;
    if (path.starts_with(directory)) std::ifstream(flag) >> error;
    return error;
  });
  return true;
}();

}  // namespace
}  // namespace tally
