// For a program of which the test has only the binary: with TALLY_DISK_FAULT=DIRECTORY:FILE in its environment every
// write, sync and rename below DIRECTORY fails while FILE is there, with the errno whose number it holds.
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/testing/disk_fault/disk_fault.h"

namespace tally {
namespace {

const bool installed = [] {
  const char* variable = std::getenv("TALLY_DISK_FAULT");
  const std::string said = variable == nullptr ? "" : variable;
  const size_t colon = said.rfind(':');
  if (colon == std::string::npos) return false;
  SetDiskFault([directory = said.substr(0, colon), flag = said.substr(colon + 1)](DiskCall, std::string_view path) {
    int error = 0;
    if (path.starts_with(directory)) std::ifstream(flag) >> error;
    return error;
  });
  return true;
}();

}  // namespace
}  // namespace tally
