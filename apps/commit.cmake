# Writes the source of Commit() (apps/commit.h) to OUTPUT, if the commit has changed. Runs at each build:
#
#   cmake -D OUTPUT=build/release/commit.cc -P apps/commit.cmake
function(git result)
  execute_process(COMMAND git --no-optional-locks ${ARGN} WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
    OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

set(commit "")
git(folder rev-parse --show-prefix)
if(folder STREQUAL "apps/")   # otherwise this tree was unpacked inside another repository
  git(commit describe --always --dirty --exclude=*)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "apps/commit.h"

namespace tally {

std::string_view Commit() { return "@commit@"; }

}  // namespace tally
]])
