#include "core/query/words.h"

#include <charconv>

#include "core/base/strings.h"
#include "core/base/utf8.h"

namespace tally {
namespace {

void AppendEscape(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '\\':
      return Append(out, "\\\\");
    case '\n':
      return Append(out, "\\n");
    case '\r':
      return Append(out, "\\r");
    case '\t':
      return Append(out, "\\t");
    default:
      break;
  }
  auto byte = static_cast<uint8_t>(c);
  Append(out, "\\x");
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

// `character` is one UTF-8 character. U+0080 to U+009F are control characters too, which some terminals obey.
bool IsShown(std::string_view character) {
  if (character.size() == 1) return character[0] >= ' ' && character[0] < 0x7f && character[0] != '\\';
  return !character.empty() && !(character[0] == '\xc2' && static_cast<uint8_t>(character[1]) < 0xa0);
}

}  // namespace

std::optional<int64_t> ParseInteger(std::string_view word) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::string Escaped(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    std::string_view character = bytes.substr(at, Utf8Length(bytes.substr(at)));
    if (IsShown(character)) {
      Append(out, character);
      at += character.size();
    } else {
      AppendEscape(out, bytes[at++]);
    }
  }
  return out;
}

std::string Quoted(std::string_view word) {
  bool cut = word.size() > kQuotedBytes;
  return Cat('\'', Escaped(word.substr(0, kQuotedBytes)), cut ? "...'" : "'");
}

}  // namespace tally
