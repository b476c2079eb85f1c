#include "core/events/problem.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "core/base/strings.h"
#include "core/events/decoder.h"
#include "core/events/json_decoder.h"
#include "core/time/format.h"

namespace tally {
namespace {

// A longer value is cut.
constexpr size_t kValueBytes = 64;

// Lines are looked for in this many bytes.
constexpr size_t kSearchedBytes = 64 * 1024;

constexpr std::string_view kSpace = " \t\r\n";

std::string ActualOf(const Field& field) {
  switch (field.type) {
    case Field::Type::kMissing:
      return "nothing";
    case Field::Type::kNoValue:
      return "an object, an array or a broken string";
    default:
      break;
  }
  const std::string_view shown = field.text.substr(0, kValueBytes);
  return Cat("'", absl::Utf8SafeCEscape(ToAbsl(shown)), shown.size() < field.text.size() ? "...'" : "'");
}

// Whether one JSON object ends at the end of a line and another one begins in the next: outside of strings, a '}', a
// line end and a '{' follow each other in no JSON object.
bool HasObjectsInLines(std::string_view text) {
  text = text.substr(0, kSearchedBytes);
  for (size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
    const size_t before = text.find_last_not_of(kSpace, end);
    const size_t after = text.find_first_not_of(kSpace, end);
    if (before != text.npos && after != text.npos && text[before] == '}' && text[after] == '{') return true;
  }
  return false;
}

std::string ActualJson(std::string_view payload) {
  if (payload.size() > kPayloadMax) return Cat(payload.size(), " bytes, more than ", kPayloadMax);
  payload = WithoutRegistryPrefix(payload);
  const size_t begin = payload.find_first_not_of(kSpace);
  if (begin == payload.npos) return "nothing";
  if (payload[begin] == '[') return "an array: each event needs a record of its own";
  if (payload[begin] != '{') return "other bytes";
  if (HasObjectsInLines(payload)) return "several lines: each event needs a record of its own";
  return "one that is not valid JSON";
}

Problem TimeProblem(const Rules& rules, const Field& field) {
  const EventSpec& event = rules.event();
  Problem problem{.expected = "a number, or a time as in RFC 3339", .field = event.time, .actual = ActualOf(field)};
  if (event.time_format.empty()) return problem;
  problem.expected = "a time in the format ";
  problem.format = event.time_format;
  return problem;
}

}  // namespace

std::string Problem::Text() const {
  if (expected.empty()) return {};
  return Cat("expected ", expected, format, limit ? FormatTimestamp(*limit) : "", field.empty() ? "" : " in the field ",
             field, ", got ", time ? FormatTimestamp(*time) : actual);
}

Problem PayloadProblem(const EventSpec& event, std::string_view payload) {
  if (event.format == EventFormat::kRegex) return {.expected = "a match of event.pattern", .actual = "another text"};
  return {.expected = "one JSON object", .actual = ActualJson(payload)};
}

Problem FieldProblem(const Rules& rules, const EventView& event) {
  if (rules.time_slot()) {
    const Field& field = event.fields[*rules.time_slot()];
    Timestamp time;
    if (!rules.event_time().Read(field, event.record->timestamp, time)) return TimeProblem(rules, field);
  }
  for (const MetricRule& metric : rules.metrics()) {
    if (!metric.Holds(event)) continue;
    if (!metric.Amount(event)) {
      return {.expected = metric.decimals > 0 ? "a number from 0 on" : "a whole number from 0 on",
              .field = rules.NameOf(*metric.value),
              .actual = ActualOf(event.Get(*metric.value))};
    }
    for (const Source& source : metric.by) {
      const Field field = event.Get(source);
      if (IsDimensionValue(field)) continue;
      return {.expected = "a string of at most 256 bytes, an integer or a boolean",
              .field = rules.NameOf(source),
              .actual = ActualOf(field)};
    }
  }
  return {};
}

}  // namespace tally
