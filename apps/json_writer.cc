#include "apps/json_writer.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace tally {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// How many bytes at the front of `text` are UTF-8.
size_t ValidLength(std::string_view text) {
  size_t valid = 0;
  while (valid < text.size()) {
    const size_t length = Utf8Length(text.substr(valid));
    if (length == 0) break;
    valid += length;
  }
  return valid;
}

}  // namespace

void JsonWriter::Text(std::string_view text) {
  std::string replaced;
  size_t valid = ValidLength(text);
  if (valid < text.size()) {
    for (std::string_view rest = text; !rest.empty(); valid = ValidLength(rest)) {
      replaced.append(rest.substr(0, valid));
      if (valid < rest.size()) replaced.append(kReplacement);
      rest.remove_prefix(std::min(valid + 1, rest.size()));
    }
    text = replaced;
  }
  writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace tally
