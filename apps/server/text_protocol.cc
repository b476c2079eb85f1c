#include "apps/server/text_protocol.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";  // what isspace() is true for, but for the line's end
bool IsBlank(char c) { return kBlank.find(c) != std::string_view::npos; }
bool IsQuote(char c) { return c == '"' || c == '\''; }

// Splits a line that has no quotes.
void Split(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  for (size_t from = line.find_first_not_of(kBlank); from != std::string_view::npos;) {
    size_t end = line.find_first_of(kBlank, from);
    words.push_back(line.substr(from, end - from));
    from = line.find_first_not_of(kBlank, end);
  }
}

std::optional<char> HexByte(std::string_view digits) {
  uint8_t byte = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
  if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(byte);
}

// Returns the byte of the escape that begins at `at`, after the backslash, and moves `at` after it.
char TakeEscape(std::string_view line, size_t& at) {
  constexpr std::string_view kLetters = "nrtba", kBytes = "\n\r\t\b\a";
  const char c = line[at++];
  if (std::optional<char> byte = c == 'x' ? HexByte(line.substr(at, 2)) : std::nullopt) return at += 2, *byte;
  const size_t letter = kLetters.find(c);
  return letter == std::string_view::npos ? c : kBytes[letter];
}

// `GET / HTTP/1.1`, `POST ...`, `Host: ...`: no command has these forms.
bool IsHttp(const std::vector<std::string_view>& words) {
  return !words.empty() && (words.front() == "POST" || EqualsIgnoreCase(words.front(), "Host:") ||
                            (words.size() == 3 && words.back().starts_with("HTTP/")));
}

}  // namespace

Parsed TextParser::Next(std::string_view input) {
  size_t end = input.find('\n', seen_);
  if (end == std::string_view::npos && input.size() <= kLineBytesMax + 1) {  // 1: for an optional CR
    seen_ = input.size();
    return Parsed::NeedMore();
  }
  std::string_view line = input.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > kLineBytesMax) {
    return Parsed::Broken(Cat("expected a line of at most ", kLineBytesMax, " bytes, got a longer one"));
  }
  seen_ = 0;
  Split(line, words_);
  if (IsHttp(words_)) return Parsed::Broken("expected a command, got HTTP, which has a port of its own");
  if (std::any_of(line.begin(), line.end(), IsQuote) && !SplitQuoted(line)) {
    return Parsed::Invalid(end + 1, "unbalanced quotes in request");
  }
  return Parsed::Request(end + 1, words_);
}

bool TextParser::SplitQuoted(std::string_view line) {
  words_.clear();
  unquoted_.clear();
  unquoted_.reserve(line.size());  // it does not grow after this, because the words are views of it
  for (size_t at = 0; (at = line.find_first_not_of(kBlank, at)) != std::string_view::npos;) {
    const size_t begin = unquoted_.size();
    if (!TakeWord(line, at)) return false;
    words_.push_back(std::string_view(unquoted_).substr(begin));
  }
  return true;
}

bool TextParser::TakeWord(std::string_view line, size_t& at) {
  while (at < line.size() && !IsBlank(line[at])) {
    const char c = line[at++];
    if (IsQuote(c)) return TakeQuoted(line, c, at) && (at == line.size() || IsBlank(line[at]));
    unquoted_.push_back(c);
  }
  return true;
}

bool TextParser::TakeQuoted(std::string_view line, char quote, size_t& at) {
  while (at < line.size()) {
    char c = line[at++];
    if (c == quote) return true;
    const bool escape = c == '\\' && at < line.size() && (quote == '"' || line[at] == quote);
    unquoted_.push_back(escape ? TakeEscape(line, at) : c);
  }
  return false;
}

namespace {

bool IsControl(char c) { return static_cast<uint8_t>(c) < ' ' || c == 0x7f; }

bool NeedsQuotes(std::string_view text) {
  auto special = [](char c) { return c == ' ' || IsQuote(c) || IsControl(c); };
  return text.empty() || text == "END" || text.starts_with("ERR") || std::any_of(text.begin(), text.end(), special);
}

}  // namespace

void AppendField(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (!NeedsQuotes(text)) return Append(out, text);
  out.push_back('"');
  for (char c : text) {
    if (IsControl(c)) {
      const auto byte = static_cast<uint8_t>(c);
      Append(out, Cat("\\x", kDigits[byte >> 4], kDigits[byte & 15]));
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

namespace {

void AppendErrorLine(const Error& error, std::string& out) {
  out.append("ERR ");
  AppendOneLine(error.message, out);
  out.push_back('\n');
}

void AppendCell(const Cell& cell, std::string& out) {
  if (auto* text = std::get_if<std::string>(&cell)) return AppendField(*text, out);
  AppendPlain(cell, out);
}

void AppendFields(const Row& row, std::string& out) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out.push_back(' ');
    AppendCell(row[i], out);
  }
}

void AppendTextValue(const Value& value, std::string& out) {
  if (!std::holds_alternative<NullCell>(value.cell)) {
    AppendCell(value.cell, out);
    out.push_back('\n');
  }
  out.append("END\n");
}

bool AppendTable(const Table& table, size_t& next_row, size_t enough, std::string& out) {
  const bool plain = table.plain || table.shape == Table::Shape::kLines;
  while (next_row < table.rows) {
    if (out.size() >= enough) return false;
    plain ? AppendLine(table.row(next_row++), out) : AppendFields(table.row(next_row++), out);
    out.push_back('\n');
  }
  out.append("END\n");
  return true;
}

}  // namespace

bool AppendText(ReplyInProgress& progress, size_t enough, std::string& out) {
  if (auto* table = std::get_if<Table>(&progress.reply.body)) {
    return AppendTable(*table, progress.next_row, enough, out);
  }
  if (auto* error = std::get_if<Error>(&progress.reply.body)) {
    AppendErrorLine(*error, out);
  } else {
    AppendTextValue(std::get<Value>(progress.reply.body), out);
  }
  return true;
}

}  // namespace tally
