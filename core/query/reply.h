// What a command answers, free of any wire format: the text protocol and RESP each write it their way.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tally {

struct NullCell {};  // unknown, or not there: RESP's nil, `-` in text
using Cell = std::variant<NullCell, int64_t, std::string>;
using Row = std::vector<Cell>;

// A table, produced row by row as the socket drains, so that a large reply never lies in memory whole. Its length is
// known beforehand, because RESP says it first.
struct Table {
  // How RESP writes it: text is always a line a row.
  enum class Shape {
    kFlat,    // one array of all cells: replies of one column, and HGETALL's field, value, field, value
    kNested,  // an array of arrays
    kLines,   // one bulk string of lines (INFO)
    kCursor,  // SCAN: [cursor, [key...]]; the first row is the cursor
  };

  Shape shape = Shape::kFlat;
  size_t rows = 0;
  size_t columns = 1;  // of kFlat; each row of kFlat has so many cells

  // Makes row `i`; called once for each row, in order. Holds whatever it needs to make them.
  std::function<Row(size_t i)> row;

  // How much that is, where it grows with what was asked for: the server bounds the sum over all its clients.
  size_t held_bytes = 0;
};

// Of a list that `row` holds.
template <typename T>
size_t HeldBytes(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}
template <typename T>
size_t HeldBytes(const std::deque<T>& list) {
  return list.size() * sizeof(T);
}

// One line, then END in text. RESP: +simple for kStatus (PONG, OK), else by the cell's type.
struct Value {
  Cell cell;
  bool status = false;
};

struct Error {
  std::string message;       // without the code
  std::string code = "ERR";  // RESP's first word; in text it is always ERR
};

struct Reply {
  std::variant<Value, Table, Error> body;
  bool close = false;  // the connection ends behind it (QUIT)
};

inline Reply StatusReply(std::string text) { return {Value{std::move(text), /*status=*/true}}; }
inline Reply BulkReply(std::string text) { return {Value{std::move(text)}}; }
inline Reply IntegerReply(int64_t n) { return {Value{n}}; }
inline Reply NullReply() { return {Value{NullCell{}}}; }
inline Reply TableReply(Table table) { return {std::move(table)}; }
inline Reply ErrorReply(std::string message) { return {Error{std::move(message)}}; }

}  // namespace tally
