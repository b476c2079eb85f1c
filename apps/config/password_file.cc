#include "apps/config/password_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/strings.h"

namespace tally {

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return InvalidArgument(path, ": ", std::strerror(errno));
  std::string text(kPasswordBytesMax + 2, '\0');  // with a CRLF
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  auto forbidden = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (text.empty() || text.size() > kPasswordBytesMax || std::any_of(text.begin(), text.end(), forbidden)) {
    return InvalidArgument(path, ": expected a password: one line of 1 to ", kPasswordBytesMax,
                           " bytes without white space");
  }
  return text;
}

}  // namespace tally
