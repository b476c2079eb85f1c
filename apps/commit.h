// The commit that this program was built from.
#pragma once

#include <string_view>

namespace tally {

// The abbreviated hash, with "-dirty" if the files differed from the commit. Empty if the program was not built in a
// git repository, or without git. The build generates the definition (apps/commit.cmake).
std::string_view Commit();

}  // namespace tally
