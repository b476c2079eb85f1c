#include "apps/server/resp.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "core/base/check.h"
#include "core/base/count.h"
#include "core/base/digits.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kDigitsMax = 9;  // of a number; every limit is smaller

Parsed Wrong(std::string_view expected, std::string_view got) {
  return Parsed::Broken(Cat("Protocol error: expected ", expected, ", got '", absl::CHexEscape(ToAbsl(got)), "'"));
}

// Reads a header of one or two digits from `at`, as nearly all are, and moves `at` after it. In a third of the time of
// ReadHeader() (query_bench RespRequest).
inline std::optional<int64_t> ReadShortHeader(std::string_view input, char marker, size_t& at) {
  if (input.size() < at + 5) return std::nullopt;
  const char* p = input.data() + at;
  if (p[0] != marker || !IsDigit(p[1])) return std::nullopt;
  const bool two = IsDigit(p[2]);
  const size_t end = two ? 3 : 2;
  if (p[end] != '\r' || input.size() < at + end + 2 || p[end + 1] != '\n') return std::nullopt;
  at += end + 2;
  return two ? (p[1] - '0') * 10 + (p[2] - '0') : p[1] - '0';
}

// redis-cli --pipe ends with an empty line before its last request. As in Redis, it is a request without words.
Parsed EmptyLine(std::string_view input) {
  if (input.size() < 2) return Parsed::NeedMore();
  if (input[1] != '\n') return Wrong("LF after CR", input.substr(1, 1));
  return Parsed::Request(2, {});
}

}  // namespace

Parsed RespParser::Next(std::string_view input) {
  Parsed parsed;
  if (words_left_ < 0) {
    if (input.starts_with('\r')) return EmptyLine(input);
    if (std::optional<int64_t> number = ReadShortHeader(input, '*', at_)) {
      words_left_ = *number;
    } else {
      Header header = ReadHeader(input, '*');
      if (header.found == Header::Found::kNo) return Parsed::NeedMore();
      if (header.found == Header::Found::kWrong || header.number > kWordsMax) {
        return Wrong(Cat("'*' and up to ", kWordsMax, " words"), header.text);
      }
      words_left_ = std::max<int64_t>(header.number, 0);
    }
  }
  for (; words_left_ > 0; --words_left_) {
    if (!ReadWord(input, parsed)) return parsed;
  }
  words_.clear();
  for (const WordRange& word : words_seen_) words_.push_back(input.substr(word.at, word.size));
  parsed.kind = Parsed::Kind::kRequest;
  parsed.consumed = at_;
  parsed.words = words_;
  Reset();
  return parsed;
}

void RespParser::Reset() {
  at_ = 0;
  words_left_ = -1;
  word_size_ = -1;
  words_seen_.clear();
}

// Returns whether the word is whole. If it is not, `otherwise` is the result of Next().
bool RespParser::ReadWord(std::string_view input, Parsed& otherwise) {
  auto wrong = [&otherwise](Parsed broken) {
    otherwise = std::move(broken);
    return false;
  };
  if (word_size_ < 0) word_size_ = ReadShortHeader(input, '$', at_).value_or(-1);
  if (word_size_ < 0) {
    Header header = ReadHeader(input, '$');
    if (header.found == Header::Found::kNo) return false;
    if (header.found == Header::Found::kWrong || header.number < 0) {
      return wrong(Wrong("'$' and a length", header.text));
    }
    if (static_cast<uint64_t>(header.number) > kRequestBytesMax - std::min(at_ + 2, kRequestBytesMax)) {
      return wrong(
          Parsed::Broken(Cat("Protocol error: expected at most ", kRequestBytesMax, " bytes in a request, got more")));
    }
    word_size_ = header.number;
  }
  size_t size = static_cast<size_t>(word_size_);
  if (input.size() - at_ < size + 2) return false;
  std::string_view end = input.substr(at_ + size, 2);
  if (end != "\r\n") return wrong(Wrong("CRLF after a word", end));
  words_seen_.push_back({at_, size});
  at_ += size + 2;
  word_size_ = -1;
  return true;
}

// Reads `marker`, a number and CRLF at at_, and moves at_ after them. The first byte that does not fit is an error,
// regardless of the bytes after it.
RespParser::Header RespParser::ReadHeader(std::string_view input, char marker) {
  using enum Header::Found;
  std::string_view text = input.substr(at_);
  size_t i = 0;
  auto wrong = [&] { return Header{kWrong, 0, text.substr(0, i + 1)}; };
  if (text.empty()) return {};
  if (text[i++] != marker) return {kWrong, 0, text.substr(0, 1)};
  bool negative = i < text.size() && text[i] == '-';
  if (negative) ++i;
  size_t digits_at = i;
  int64_t number = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) {
    if (i - digits_at == kDigitsMax) return wrong();
    number = number * 10 + (text[i] - '0');
  }
  if (i == text.size()) return {};
  if (i == digits_at || text[i] != '\r') return wrong();
  if (++i == text.size()) return {};
  if (text[i] != '\n') return wrong();
  at_ += i + 1;
  return {kYes, negative ? -number : number, text.substr(0, i + 1)};
}

namespace {

void AppendHeader(char marker, size_t n, std::string& out) {
  out.push_back(marker);
  Append(out, n);
  out.append(kLineEnd);
}

void AppendBulk(std::string_view text, std::string& out) {
  AppendHeader('$', text.size(), out);
  out.append(text);
  out.append(kLineEnd);
}

void AppendList(const WordList& words, std::string& out) {
  AppendHeader('*', words.size(), out);
  for (const std::string& word : words) AppendBulk(word, out);
}

void AppendCell(const Cell& cell, RespVersion version, std::string& out) {
  if (auto* text = std::get_if<std::string>(&cell)) {
    AppendBulk(*text, out);
  } else if (auto* number = std::get_if<int64_t>(&cell)) {
    out.push_back(':');
    Append(out, *number);
    out.append(kLineEnd);
  } else if (auto* count = std::get_if<StringCount>(&cell)) {
    const bool plain = !count->open && count->decimals == 0;  // nearly always
    if (plain) return AppendBulk(IntegerText(count->count).text(), out);
    AppendBulk(Cat(FormatCount(count->count, count->decimals), count->open ? " open" : ""), out);
  } else if (auto* words = std::get_if<WordList>(&cell)) {
    AppendList(*words, out);
  } else {
    out.append(version == RespVersion::k3 ? "_\r\n" : "$-1\r\n");
  }
}

// Redis' cursors are strings, although they look like numbers.
void AppendCursor(const Row& row, std::string& out) {
  std::string cursor;
  AppendLine(row, cursor);
  AppendBulk(cursor, out);
}

void AppendLines(const Table& table, RespVersion version, std::string& out) {
  constexpr std::string_view kFormat = "txt:";  // of a verbatim string, and part of its length
  std::string lines(version == RespVersion::k3 ? kFormat : "");
  for (size_t i = 0; i < table.rows; ++i) {
    AppendLine(table.row(i), lines);
    lines.append(kLineEnd);
  }
  AppendHeader(version == RespVersion::k3 ? '=' : '$', lines.size(), out);
  out.append(lines);
  out.append(kLineEnd);
}

// Writes the part before the first row, or all rows at once. For a cursor this includes its row.
void BeginTable(const Table& table, RespVersion version, size_t& next_row, std::string& out) {
  switch (table.shape) {
    case Table::Shape::kFlat:
      AppendHeader('*', table.rows * table.columns, out);
      return;
    case Table::Shape::kMap:
      TALLY_CHECK(table.columns == 2);
      version == RespVersion::k3 ? AppendHeader('%', table.rows, out) : AppendHeader('*', table.rows * 2, out);
      return;
    case Table::Shape::kNested:
      AppendHeader('*', table.rows, out);
      return;
    case Table::Shape::kPushes:
      return;
    case Table::Shape::kLines:
      AppendLines(table, version, out);
      next_row = table.rows;
      return;
    case Table::Shape::kCursor:
      TALLY_CHECK(table.rows > 0);
      AppendHeader('*', 2, out);
      AppendCursor(table.row(next_row++), out);
      AppendHeader('*', (table.rows - 1) * table.columns, out);
      return;
  }
}

bool AppendTable(ReplyInProgress& progress, RespVersion version, size_t enough, std::string& out) {
  const Table& table = std::get<Table>(progress.reply.body);
  if (!progress.begun) BeginTable(table, version, progress.next_row, out);
  progress.begun = true;
  while (progress.next_row < table.rows) {
    if (out.size() >= enough) return false;
    const Row row = table.row(progress.next_row++);
    // The array's length is already written: a row of another length would break all later replies.
    if (table.shape == Table::Shape::kNested) {
      AppendHeader('*', row.size(), out);
    } else if (table.shape == Table::Shape::kPushes) {
      AppendHeader(version == RespVersion::k3 ? '>' : '*', row.size(), out);
    } else {
      TALLY_CHECK(row.size() == table.columns);
    }
    for (const Cell& cell : row) AppendCell(cell, version, out);
  }
  return true;
}

void AppendValue(const Value& value, RespVersion version, std::string& out) {
  if (!value.status) return AppendCell(value.cell, version, out);
  out.push_back('+');
  AppendPlain(value.cell, out);
  out.append(kLineEnd);
}

}  // namespace

bool AppendResp(ReplyInProgress& progress, RespVersion version, size_t enough, std::string& out) {
  if (std::holds_alternative<Table>(progress.reply.body)) return AppendTable(progress, version, enough, out);
  if (auto* batch = std::get_if<Batch>(&progress.reply.body)) {
    AppendHeader('*', batch->replies, out);
  } else if (auto* error = std::get_if<Error>(&progress.reply.body)) {
    out.push_back('-');
    out.append(error->code);
    out.push_back(' ');
    AppendOneLine(error->message, out);
    out.append(kLineEnd);
  } else {
    AppendValue(std::get<Value>(progress.reply.body), version, out);
  }
  return true;
}

}  // namespace tally
