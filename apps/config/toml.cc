// toml++'s nodes -> our values, and text -> nodes.
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "apps/config/document.h"
#include "core/base/status_macros.h"

namespace tally {
namespace {

// Bytes of a path that errors show: an endless key is not repeated for each value below it.
constexpr size_t kPathMax = 200;

// The end of the string that begins at `i`, one past its last quote; of one that does not end, where the parser would
// give up: at the line's end, or at the text's.
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
    Place place = PlaceOf(node.source());
    if (depth > kNestingMax) return InvalidArgument(place.Text(), ": nested deeper than ", kNestingMax);
    TomlValue::Data data;
    if (const toml::table* table = node.as_table()) {
      ASSIGN_OR_RETURN(data, Table(*table, path, depth));
    } else if (const toml::array* array = node.as_array()) {
      ASSIGN_OR_RETURN(data, List(*array, path, depth));
    } else {
      data = Leaf(node);
    }
    return TomlValue(std::move(data), std::move(path), std::move(place));
  }

 private:
  Place PlaceOf(const toml::source_region& region) const {
    return in_file_ ? Place{name_, region.begin.line, region.begin.column} : Place{name_, 0, 0};
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
      entries.push_back({std::string(key.str()), PlaceOf(key.source()), std::move(value)});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const TomlValue::Entry& a, const TomlValue::Entry& b) {
      return std::pair(a.key_place.line, a.key_place.column) < std::pair(b.key_place.line, b.key_place.column);
    });
    return TomlValue::Data(std::move(entries));
  }

  const std::shared_ptr<const std::string> name_;
  const bool in_file_;  // else every place is the flag's
};

absl::StatusOr<TomlValue> Parse(std::string_view text, std::string name, bool in_file) {
  if (DotsOutsideStrings(text) > kDotsMax) return InvalidArgument(name, ": more than ", kDotsMax, " dots in its keys");
  auto shared = std::make_shared<const std::string>(std::move(name));
  try {
    const toml::table table = toml::parse(text);
    return Converter(shared, in_file).Convert(table, "", 0);
  } catch (const toml::parse_error& e) {
    const toml::source_position at = in_file ? e.source().begin : toml::source_position{};
    return InvalidArgument(Place{shared, at.line, at.column}.Text(), ": not valid TOML: ", e.description());
  }
}

// Whether `text`, which is TOML behind `key = `, is so by a value alone. Between braces a line break cannot let it go
// on with a key of its own, and a # cannot cut it short: a password of 12#34 is not the integer 12.
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
