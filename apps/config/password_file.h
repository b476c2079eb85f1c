// The file that server.password_file names.
//
//   ASSIGN_OR_RETURN(std::string password, ReadPasswordFile("/etc/tallyd/password"));
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace tally {

inline constexpr size_t kPasswordBytesMax = 512;

// The file's one line. It may hold any bytes but white space and control characters, which a line of the text protocol
// could not have. InvalidArgument, without a byte of it, if it cannot be read or is something else.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

}  // namespace tally
