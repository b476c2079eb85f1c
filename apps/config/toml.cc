// Parses text with toml++, and converts toml++'s nodes to TomlValues.
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "apps/config/document.h"
#include "core/base/status_macros.h"

namespace tally {
namespace {

// The maximum number of bytes of a path. The values below a very long key do not repeat all of it.
constexpr size_t kPathMax = 200;

// Returns the end of the string that begins at `i`: the index after its last quote. For a string without an end,
// returns the index at which the parser fails: the end of the line or of the text.
size_t SkipString(std::string_view text, size_t i) {
  const char quote = text[i];
  const std::string three(3, quote);
  const bool multiline = text.substr(i, 3) == three;
  for (i += multiline ? 3 : 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == '\n' && !multiline) {
      return i;
    } else if (multiline ? text.substr(i, 3) == three : text[i] == quote) {
      return i + (multiline ? 3 : 1);
    }
  }
  return text.size();
}

size_t DotsOutsideStrings(std::string_view text) {
  size_t dots = 0;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '\'') {
      i = SkipString(text, i);
    } else if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else {
      dots += text[i++] == '.' ? 1 : 0;
    }
  }
  return dots;
}

std::string DateTimeText(const toml::node& node) {
  std::ostringstream out;
  if (const auto* time = node.as_date_time()) out << time->get();
  if (const auto* date = node.as_date()) out << date->get();
  if (const auto* time = node.as_time()) out << time->get();
  return out.str();
}

class Converter {
 public:
  Converter(std::shared_ptr<const std::string> name, bool in_file) : name_(std::move(name)), in_file_(in_file) {}

  absl::StatusOr<TomlValue> Convert(const toml::node& node, std::string path, size_t depth) const {
    Location location = LocationOf(node.source());
    if (depth > kNestingMax)
      return InvalidArgument(location.Text(), ": expected at most ", kNestingMax, " levels of nesting");
    TomlValue::Data data;
    if (const toml::table* table = node.as_table()) {
      ASSIGN_OR_RETURN(data, Table(*table, path, depth));
    } else if (const toml::array* array = node.as_array()) {
      ASSIGN_OR_RETURN(data, List(*array, path, depth));
    } else {
      data = Leaf(node);
    }
    return TomlValue(std::move(data), std::move(path), std::move(location));
  }

 private:
  Location LocationOf(const toml::source_region& region) const {
    return in_file_ ? Location{name_, region.begin.line, region.begin.column} : Location{name_, 0, 0};
  }

  static TomlValue::Data Leaf(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* boolean = node.as_boolean()) return boolean->get();
    if (const auto* decimal = node.as_floating_point()) return decimal->get();
    return TomlValue::DateTime{DateTimeText(node)};
  }

  absl::StatusOr<TomlValue::Data> List(const toml::array& array, const std::string& path, size_t depth) const {
    TomlValue::ListOf list;
    for (const toml::node& element : array) {
      ASSIGN_OR_RETURN(TomlValue value, Convert(element, path, depth + 1));
      list.push_back(std::move(value));
    }
    return TomlValue::Data(std::move(list));
  }

  absl::StatusOr<TomlValue::Data> Table(const toml::table& table, const std::string& path, size_t depth) const {
    TomlValue::TableOf entries;
    for (const auto& [key, node] : table) {
      std::string child = Cat(path, path.empty() ? "" : ".", key.str());
      if (child.size() > kPathMax) child = child.substr(0, kPathMax) + "...";
      ASSIGN_OR_RETURN(TomlValue value, Convert(node, std::move(child), depth + 1));
      entries.push_back({std::string(key.str()), LocationOf(key.source()), std::move(value)});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const TomlValue::Entry& a, const TomlValue::Entry& b) {
      return std::pair(a.key_location.line, a.key_location.column) <
             std::pair(b.key_location.line, b.key_location.column);
    });
    return TomlValue::Data(std::move(entries));
  }

  const std::shared_ptr<const std::string> name_;
  const bool in_file_;  // false: every location is the flag
};

absl::StatusOr<TomlValue> Parse(std::string_view text, std::string name, bool in_file) {
  if (DotsOutsideStrings(text) > kDotsMax)
    return InvalidArgument(name, ": expected at most ", kDotsMax, " dots in keys");
  auto shared = std::make_shared<const std::string>(std::move(name));
  try {
    const toml::table table = toml::parse(text);
    return Converter(shared, in_file).Convert(table, "", 0);
  } catch (const toml::parse_error& e) {
    const toml::source_position at = in_file ? e.source().begin : toml::source_position{};
    return InvalidArgument(Location{shared, at.line, at.column}.Text(), ": not valid TOML: ", e.description());
  }
}

// Returns true if `text`, which is valid TOML after `key = `, is exactly one value. Inside braces, a line break in
// `text` cannot start another key, and a # cannot start a comment: the password 12#34 is not the integer 12.
bool IsOneValue(std::string_view text) { return Parse(Cat("outer = { inner = ", text, " }"), "", false).ok(); }

}  // namespace

absl::StatusOr<TomlValue> ParseDocument(std::string_view text, std::string file_name) {
  return Parse(text, std::move(file_name), true);
}

absl::StatusOr<TomlValue> ParseFlag(std::string_view path, std::string_view text, std::string flag) {
  absl::StatusOr<TomlValue> value = Parse(Cat(path, " = ", text), flag, false);
  if (value.ok() && IsOneValue(text)) return value;
  return Parse(Cat(path, " = ", QuoteToml(text)), flag, false);
}

}  // namespace tally
