// The reply of a command, independent of the wire format: the text protocol and RESP each write it in their own format.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "core/base/strings.h"

namespace tally {

// The versions of RESP. They differ in the types of replies, not in requests.
enum class RespVersion { k2 = 2, k3 = 3 };

struct NullCell {};  // unknown or missing: null in RESP, `-` in text

// A count that is a string in RESP: the value of a Redis hash, the reply of GET, or a count with decimals.
struct StringCount {
  uint64_t count;
  bool open = false;  // of a minute that is open: ` open` is written after it
  uint32_t decimals = 0;
};

// Words in one cell: an array in RESP, separated by commas in text, `-` if there are none.
using WordList = std::vector<std::string>;

using Cell = std::variant<NullCell, int64_t, StringCount, std::string, WordList>;
using Row = std::vector<Cell>;

// A count where RESP has an integer if the count has no decimals.
inline Cell CountCell(uint64_t count, uint32_t decimals) {
  if (decimals > 0) return StringCount{.count = count, .decimals = decimals};
  return static_cast<int64_t>(count);  // at most kCountMax
}

// A table, produced row by row as the socket drains, so that a large reply is never in memory whole. Its length is
// known first, because RESP sends it first.
struct Table {
  // The format in RESP. Text always has one line per row.
  enum class Shape {
    kFlat,    // one array of all cells: replies of one column
    kMap,     // HGETALL, HELLO: a map of two columns. In RESP2 like kFlat: field, value, field, value
    kNested,  // an array of arrays
    kLines,   // INFO: one verbatim string of lines. In RESP2 a bulk string
    kPushes,  // SUBSCRIBE, invalidations: each row is a push of its own. In RESP2 an array
    kCursor,  // SCAN: [cursor, [key...]]; the first row is the cursor, and the others have `columns` cells
  };

  Shape shape = Shape::kFlat;
  size_t rows = 0;
  size_t columns = 1;  // of kFlat, kMap and kCursor: the number of cells of each row

  // Makes row `i`. Called once for each row, in order. Holds everything that it needs.
  std::function<Row(size_t i)> row;

  // The rows are lines for a person, not fields: the text protocol quotes nothing. So are those of kLines.
  bool plain = false;

  // The bytes that `row` holds, where they grow with the request. The server limits the sum over all clients.
  size_t held_bytes = 0;
};

// The bytes of a list that `row` holds.
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

// EXEC: an array, whose elements are the next replies of the connection. Text has none.
struct Batch {
  size_t replies;
};

struct Error {
  std::string message;       // without the code
  std::string code = "ERR";  // the first word in RESP; text always has ERR
};

struct Reply {
  std::variant<Value, Table, Batch, Error> body;
  bool close = false;  // the connection closes after it (QUIT)
};

inline Reply StatusReply(std::string text) { return {Value{std::move(text), /*status=*/true}}; }
inline Reply BulkReply(std::string text) { return {Value{std::move(text)}}; }
inline Reply IntegerReply(int64_t n) { return {Value{n}}; }
inline Reply NullReply() { return {Value{NullCell{}}}; }
inline Reply TableReply(Table table) { return {std::move(table)}; }
// Tells a client that tracks the keys that they may have changed.
inline Reply InvalidationReply(std::vector<std::string> keys) {
  return TableReply({.shape = Table::Shape::kPushes, .rows = 1, .row = [keys = std::move(keys)](size_t) {
                       return Row{"invalidate", keys};
                     }});
}
inline Reply ErrorReply(std::string message) { return {Error{std::move(message)}}; }
inline Reply ErrorReply(const absl::Status& status) { return ErrorReply(std::string(FromAbsl(status.message()))); }

}  // namespace tally
