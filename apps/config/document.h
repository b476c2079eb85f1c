// TOML text as a tree of values. Each value knows its location, so that every error can name it.
//
//   ASSIGN_OR_RETURN(TomlValue root, ParseDocument(text, "tallyd.toml"));
//   ASSIGN_OR_RETURN(auto entries, root.Entries());
//   entries[0].value.Error("too long");   // tallyd.toml:12:3: retention.ttl: too long
//
// Only document.cc and toml.cc know toml++; the rest of the code uses the types below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/strings.h"

namespace tally {

// A location in a file or on the command line.
struct Location {
  std::shared_ptr<const std::string> name;  // of the file or the flag
  uint32_t line = 0;                        // from 1; 0: the flag as a whole
  uint32_t column = 0;

  std::string Text() const;  // "tallyd.toml:12:3", "--listen"
};

class TomlValue {
 public:
  struct Entry;
  using ListOf = std::vector<TomlValue>;
  using TableOf = std::vector<Entry>;  // in the order of the file
  struct DateTime {
    std::string text;  // RFC 3339, or the part of it that the file contains
  };
  using Data = std::variant<std::string, int64_t, bool, double, DateTime, ListOf, TableOf>;

  TomlValue(Data data, std::string path, Location location);
  TomlValue(const TomlValue&);
  TomlValue(TomlValue&&) noexcept;
  TomlValue& operator=(TomlValue&&) noexcept;
  ~TomlValue();

  const std::string& path() const { return path_; }  // "retention.ttl"; empty for the whole document

  // The beginning of an error message: "tallyd.toml:12:3: retention.ttl".
  std::string Where() const { return Cat(location_.Text(), path_.empty() ? "" : ": ", path_); }

  // Returns an error about this value.
  template <typename... Parts>
  absl::Status Error(const Parts&... parts) const {
    return InvalidArgument(Where(), ": ", parts...);
  }

  // Returns an error such as "expected a list, got the integer 1".
  absl::Status Expected(std::string_view expected) const { return Error("expected ", expected, ", got ", Describe()); }

  // Describes the value for an error message: "4x", the integer 1, a list ... A replaced string is not shown.
  std::string Describe() const;

  // Each fails if the value has another type or exceeds a limit.
  absl::StatusOr<std::string> Text(size_t size_max, std::string_view expected = "a string") const;  // may be empty
  absl::StatusOr<std::string> NonEmptyText(size_t size_max, std::string_view expected = "a string") const;
  absl::StatusOr<int64_t> Integer(int64_t min, int64_t max) const;
  absl::StatusOr<absl::Duration> Duration(absl::Duration min, absl::Duration max) const;
  absl::StatusOr<ListOf> List(size_t count_max, std::string_view expected) const;
  absl::StatusOr<TableOf> Table(std::string_view expected) const;

  bool IsList() const { return std::holds_alternative<ListOf>(data_); }
  bool IsTable() const { return std::holds_alternative<TableOf>(data_); }

  // A string unchanged, or an integer or a boolean in TOML's notation. nullopt for any other type.
  std::optional<std::string> Scalar() const;

  // A string or a TOML date-time. nullopt for any other type.
  std::optional<std::string> TimeText() const;

  // Replaces the strings of this value and of all values in it by the results of `replacement`, which returns nothing
  // for a string that stays as it is. A replaced string may be a secret: no error about its value shows it.
  using Replacement =
      absl::FunctionRef<absl::StatusOr<std::optional<std::string>>(const TomlValue& value, const std::string& text)>;
  absl::Status ReplaceStrings(Replacement replacement);
  bool replaced() const { return replaced_; }

 private:
  Data data_;
  std::string path_;
  Location location_;
  bool replaced_ = false;
};

// A key of a table and its value.
struct TomlValue::Entry {
  std::string key;
  Location key_location;
  TomlValue value;
};

// The maximum nesting depth of values. The keys of the configuration need five levels.
inline constexpr size_t kNestingMax = 32;

// The maximum number of dots outside of strings in the whole text. Each dot can nest one more table, and the parser
// frees nested tables recursively. Before release 3.4, toml++ has no limit of its own.
inline constexpr size_t kDotsMax = 3000;

// Parses `text` as a table. The error names the location at which it is not valid TOML.
absl::StatusOr<TomlValue> ParseDocument(std::string_view text, std::string file_name);

// Returns a table with the value of a flag at `path`: `text` as a TOML value, or as a string if it is not one. Errors
// name `flag`. REQUIRES: `path` consists of keys of letters, digits, - and _, joined by dots.
absl::StatusOr<TomlValue> ParseFlag(std::string_view path, std::string_view text, std::string flag);

// Returns `text` as a TOML basic string, with its quotes.
std::string QuoteToml(std::string_view text);

// The same for an error message: a long text is cut.
std::string Shown(std::string_view text);

}  // namespace tally
