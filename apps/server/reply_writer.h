// A reply in progress, written piece by piece as the socket drains.
//
//   ReplyInProgress progress{std::move(reply)};
//   while (!AppendText(progress, kChunk, out)) Send(out);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/count.h"
#include "core/base/strings.h"
#include "core/query/reply.h"

namespace tally {

struct ReplyInProgress {
  explicit ReplyInProgress(Reply&& whole) : reply(std::move(whole)) {}

  Reply reply;
  size_t next_row = 0;  // of a table
  bool begun = false;   // its header is written

  size_t held_bytes() const {
    auto* table = std::get_if<Table>(&reply.body);
    return table == nullptr ? 0 : table->held_bytes;
  }
};

// Appends `text` with a space in place of each byte that ends a line, so that no reply breaks the framing of the next.
inline void AppendOneLine(std::string_view text, std::string& out) {
  size_t from = out.size();
  out.append(text);
  if (text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos) return;
  for (size_t i = from; i < out.size(); ++i) {
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  }
}

// Appends a cell as it is in a line for a person.
inline void AppendPlain(const Cell& cell, std::string& out) {
  if (auto* text = std::get_if<std::string>(&cell)) {
    AppendOneLine(*text, out);
  } else if (auto* number = std::get_if<int64_t>(&cell)) {
    Append(out, *number);
  } else if (auto* count = std::get_if<StringCount>(&cell)) {
    AppendCount(count->count, count->decimals, out);
    if (count->open) out.append(" open");
  } else if (auto* words = std::get_if<WordList>(&cell); words != nullptr && !words->empty()) {
    for (const std::string& word : *words) {
      if (&word != words->data()) out.push_back(',');
      AppendOneLine(word, out);
    }
  } else {
    out.push_back('-');
  }
}

// Appends a row as a line for a person: its cells with one space between them.
inline void AppendLine(const Row& row, std::string& out) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out.push_back(' ');
    AppendPlain(row[i], out);
  }
}

}  // namespace tally
