#include "apps/config/label.h"

#include "core/base/strings.h"

namespace tally {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Returns the last token of a JSON pointer, with ~1 and ~0 decoded.
std::string LastToken(std::string_view pointer) {
  const std::string_view token = pointer.substr(pointer.rfind('/') + 1);
  std::string key;
  for (size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~' && i + 1 < token.size();
    key.push_back(!escaped ? token[i] : token[++i] == '1' ? '/' : '~');
  }
  return key;
}

std::string DefaultLabel(std::string_view source) {
  if (source.front() == '@') return std::string(source.substr(1));
  return source.front() == '/' ? LastToken(source) : std::string(source);
}

}  // namespace

std::optional<Dimension> ParseDimension(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const size_t equals = text.find('=');
  if (text.front() == '/' || text.front() == '@' || equals == std::string_view::npos) {
    return Dimension{DefaultLabel(text), std::string(text)};
  }
  if (equals == 0 || equals + 1 == text.size()) return std::nullopt;
  return Dimension{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

std::string FormatDimension(const Dimension& dimension) {
  if (ParseDimension(dimension.source) == dimension) return dimension.source;
  return Cat(dimension.label, "=", dimension.source);
}

bool IsIdentifier(std::string_view text) {
  if (text.empty() || !IsLetter(text.front())) return false;
  for (char c : text) {
    if (!IsLetter(c) && !IsDigit(c)) return false;
  }
  return true;
}

bool IsLabel(std::string_view text) { return IsIdentifier(text) && text.substr(0, 2) != "__" && text != "metric"; }

std::string LabelLike(std::string_view text) {
  std::string label;
  for (char c : text) label.push_back(IsLetter(c) || IsDigit(c) ? c : '_');
  label.erase(0, label.find_first_not_of('_'));
  if (label.empty() || IsDigit(label.front()) || label == "metric") label = "label_" + label;
  return label;
}

}  // namespace tally
