// TOML text as a tree of values, each of which knows its place, so that every error can say it.
//
//   ASSIGN_OR_RETURN(TomlValue root, ParseDocument(text, "tallyd.toml"));
//   ASSIGN_OR_RETURN(auto entries, root.Entries());
//   entries[0].value.Error("too long");   // tallyd.toml:12:3: retention.ttl: too long
//
// This is where toml++ ends: above it there are only types of our own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/strings.h"

namespace tally {

// Where something stands: in a file, or on the command line.
struct Place {
  std::shared_ptr<const std::string> name;  // the file's, or the flag's
  uint32_t line = 0;                        // from 1 on; 0: the flag as a whole
  uint32_t column = 0;

  std::string Text() const;  // "tallyd.toml:12:3", "--listen"
};

class TomlValue {
 public:
  struct Entry;
  using ListOf = std::vector<TomlValue>;
  using TableOf = std::vector<Entry>;  // in the order of the file
  struct DateTime {
    std::string text;  // as RFC 3339, as far as it was written
  };
  using Data = std::variant<std::string, int64_t, bool, double, DateTime, ListOf, TableOf>;

  TomlValue(Data data, std::string path, Place place);
  TomlValue(const TomlValue&);
  TomlValue& operator=(const TomlValue&);
  TomlValue(TomlValue&&) noexcept;
  TomlValue& operator=(TomlValue&&) noexcept;
  ~TomlValue();

  const std::string& path() const { return path_; }  // "retention.ttl"; empty for the whole document
  const Place& place() const { return place_; }

  // How errors begin: "tallyd.toml:12:3: retention.ttl".
  std::string Where() const { return Cat(place_.Text(), path_.empty() ? "" : ": ", path_); }

  // An error at this value.
  template <typename... Parts>
  absl::Status Error(const Parts&... parts) const {
    return InvalidArgument(Where(), ": ", parts...);
  }

  // The error that something else was expected, as in: expected a list, got the integer 1.
  absl::Status Expected(std::string_view expected) const { return Error("expected ", expected, ", got ", What()); }

  // What the value is, for an error: "4x", the integer 1, a list ...
  std::string What() const;

  // Each fails if the value is of another type or beyond the limits.
  absl::StatusOr<std::string> Text(size_t size_max, std::string_view expected = "a string") const;  // may be empty
  absl::StatusOr<std::string> NonEmptyText(size_t size_max, std::string_view expected = "a string") const;
  absl::StatusOr<int64_t> Integer(int64_t min, int64_t max) const;
  absl::StatusOr<absl::Duration> Duration(absl::Duration min, absl::Duration max) const;
  absl::StatusOr<ListOf> List(size_t count_max, std::string_view expected) const;
  absl::StatusOr<TableOf> Table(std::string_view expected) const;

  bool IsList() const { return std::holds_alternative<ListOf>(data_); }
  bool IsTable() const { return std::holds_alternative<TableOf>(data_); }

  // A string as it is, an integer or a boolean as TOML writes it; nothing for all else.
  std::optional<std::string> Scalar() const;

  // A string, or a date and time of TOML's own.
  std::optional<std::string> TimeText() const;

 private:
  Data data_;
  std::string path_;
  Place place_;
};

// A key of a table with its value.
struct TomlValue::Entry {
  std::string key;
  Place key_place;
  TomlValue value;
};

// How deep values may be nested; the configuration's own keys need five.
inline constexpr size_t kNestingMax = 32;

// The dots that may stand outside of strings, in the whole text: each may nest one table more, the parser frees them
// recursively, and before its release 3.4 it has no limit of its own.
inline constexpr size_t kDotsMax = 3000;

// The table that `text` is, or where it is no TOML.
absl::StatusOr<TomlValue> ParseDocument(std::string_view text, std::string file_name);

// The table that has `text` at `path`, as a flag gives it: a value of TOML, or else a string. Errors name `flag`.
// REQUIRES: `path` is keys of letters, digits, - and _, joined by dots.
absl::StatusOr<TomlValue> ParseFlag(std::string_view path, std::string_view text, std::string flag);

// `text` between quotes, as TOML writes it.
std::string QuoteToml(std::string_view text);

// The same for a line of an error: cut where it grows long.
std::string Shown(std::string_view text);

}  // namespace tally
