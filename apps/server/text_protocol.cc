#include "apps/server/text_protocol.h"

#include "absl/strings/match.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kBlank = " \t";

void Split(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  for (size_t from = line.find_first_not_of(kBlank); from != std::string_view::npos;) {
    size_t end = line.find_first_of(kBlank, from);
    words.push_back(line.substr(from, end - from));
    from = line.find_first_not_of(kBlank, end);
  }
}

// `GET / HTTP/1.1`, `POST ...`, `Host: ...`: no command has these forms.
bool IsHttp(const std::vector<std::string_view>& words) {
  return !words.empty() && (words.front() == "POST" || absl::EqualsIgnoreCase(ToAbsl(words.front()), "Host:") ||
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
  return Parsed::Request(end + 1, words_);
}

namespace {

void AppendErrorLine(const Error& error, std::string& out) {
  out.append("ERR ");
  AppendOneLine(error.message, out);
  out.push_back('\n');
}

void AppendTextValue(const Value& value, std::string& out) {
  if (!std::holds_alternative<NullCell>(value.cell)) {
    AppendRow({value.cell}, out);
    out.push_back('\n');
  }
  out.append("END\n");
}

bool AppendTable(const Table& table, size_t& next_row, size_t enough, std::string& out) {
  while (next_row < table.rows) {
    if (out.size() >= enough) return false;
    AppendRow(table.row(next_row++), out);
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
