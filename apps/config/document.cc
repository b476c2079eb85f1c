#include "apps/config/document.h"

#include <sstream>
#include <utility>

#include "core/base/status_macros.h"

namespace tally {
namespace {

// The maximum number of bytes of a text that an error shows.
constexpr size_t kShownMax = 100;

constexpr std::string_view kADuration = "a duration such as \"4h\", \"10m\", \"1s\" or \"250ms\"";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string Location::Text() const { return line == 0 ? *name : Cat(*name, ":", line, ":", column); }

TomlValue::TomlValue(Data data, std::string path, Location location)
    : data_(std::move(data)), path_(std::move(path)), location_(std::move(location)) {}
TomlValue::TomlValue(const TomlValue&) = default;
TomlValue::TomlValue(TomlValue&&) noexcept = default;
TomlValue& TomlValue::operator=(TomlValue&&) noexcept = default;
TomlValue::~TomlValue() = default;

std::string TomlValue::Describe() const {
  if (replaced_) return "another string (it is not shown: it may be a secret)";
  if (const auto* text = std::get_if<std::string>(&data_)) return Shown(*text);
  if (const auto* integer = std::get_if<int64_t>(&data_)) return Cat("the integer ", *integer);
  if (const auto* boolean = std::get_if<bool>(&data_)) return *boolean ? "true" : "false";
  if (const auto* time = std::get_if<DateTime>(&data_)) return Cat("the date or time ", time->text);
  if (const auto* decimal = std::get_if<double>(&data_)) {
    std::ostringstream out;
    out << "the decimal " << *decimal;
    return out.str();
  }
  return IsList() ? "a list" : "a table";
}

absl::StatusOr<std::string> TomlValue::Text(size_t size_max, std::string_view expected) const {
  const auto* text = std::get_if<std::string>(&data_);
  if (text == nullptr) return Expected(expected);
  if (text->size() > size_max) return Error("expected at most ", size_max, " bytes, got ", text->size());
  return *text;
}

absl::StatusOr<std::string> TomlValue::NonEmptyText(size_t size_max, std::string_view expected) const {
  ASSIGN_OR_RETURN(std::string text, Text(size_max, expected));
  if (text.empty()) return Expected(expected);
  return text;
}

absl::StatusOr<int64_t> TomlValue::Integer(int64_t min, int64_t max) const {
  const auto* integer = std::get_if<int64_t>(&data_);
  if (integer == nullptr || *integer < min || *integer > max) {
    return Expected(Cat("an integer from ", min, " to ", max));
  }
  return *integer;
}

absl::StatusOr<absl::Duration> TomlValue::Duration(absl::Duration min, absl::Duration max) const {
  ASSIGN_OR_RETURN(const std::string text, Text(kShownMax, kADuration));
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) return Expected(kADuration);
  if (duration < min || duration > max) {
    return Expected(Cat("a duration from ", absl::FormatDuration(min), " to ", absl::FormatDuration(max)));
  }
  if (absl::Trunc(duration, absl::Milliseconds(1)) != duration) return Expected("whole milliseconds");
  return duration;
}

absl::StatusOr<TomlValue::ListOf> TomlValue::List(size_t count_max, std::string_view expected) const {
  const auto* list = std::get_if<ListOf>(&data_);
  if (list == nullptr) return Expected(expected);
  if (list->size() > count_max) return Error("expected at most ", count_max, " elements, got ", list->size());
  return *list;
}

absl::StatusOr<TomlValue::TableOf> TomlValue::Table(std::string_view expected) const {
  const auto* table = std::get_if<TableOf>(&data_);
  if (table == nullptr) return Expected(expected);
  return *table;
}

std::optional<std::string> TomlValue::Scalar() const {
  if (const auto* text = std::get_if<std::string>(&data_)) return *text;
  if (const auto* integer = std::get_if<int64_t>(&data_)) return Cat(*integer);
  if (const auto* boolean = std::get_if<bool>(&data_)) return *boolean ? "true" : "false";
  return std::nullopt;
}

std::optional<std::string> TomlValue::TimeText() const {
  if (const auto* time = std::get_if<DateTime>(&data_)) return time->text;
  if (const auto* text = std::get_if<std::string>(&data_)) return *text;
  return std::nullopt;
}

absl::Status TomlValue::ReplaceStrings(Replacement replacement) {
  if (auto* text = std::get_if<std::string>(&data_)) {
    ASSIGN_OR_RETURN(std::optional<std::string> other, replacement(*this, *text));
    replaced_ = other.has_value();
    if (replaced_) *text = *std::move(other);
  } else if (auto* list = std::get_if<ListOf>(&data_)) {
    for (TomlValue& value : *list) RETURN_IF_ERROR(value.ReplaceStrings(replacement));
  } else if (auto* table = std::get_if<TableOf>(&data_)) {
    for (Entry& entry : *table) RETURN_IF_ERROR(entry.value.ReplaceStrings(replacement));
  }
  return absl::OkStatus();
}

std::string QuoteToml(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      Append(out, Cat('\\', c));
    } else if (c == '\n') {
      Append(out, "\\n");
    } else if (c == '\t') {
      Append(out, "\\t");
    } else if (byte < 0x20 || byte == 0x7f) {
      Append(out, Cat("\\u00", kHex[byte >> 4], kHex[byte & 15]));
    } else {
      Append(out, c);
    }
  }
  return out + "\"";
}

std::string Shown(std::string_view text) {
  if (text.size() <= kShownMax) return QuoteToml(text);
  size_t end = kShownMax;
  while (end > 0 && IsContinuation(text[end])) --end;  // do not cut inside a character
  return QuoteToml(text.substr(0, end)) + "...";
}

}  // namespace tally
