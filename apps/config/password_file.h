// The file that server.password_file names.
//
//   ASSIGN_OR_RETURN(std::string password, ReadPasswordFile("/etc/tallyd/password"));
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace tally {

inline constexpr size_t kPasswordBytesMax = 512;

// Returns the only line of the file. It may contain any bytes but white space and control characters, which the text
// protocol cannot transmit. Returns InvalidArgument if the file cannot be read or has other contents; the error shows
// nothing of the contents.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

}  // namespace tally
