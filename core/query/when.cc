#include "core/query/when.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "core/base/strings.h"
#include "core/events/event_time.h"
#include "core/query/words.h"

namespace tally {
namespace {

// Completes a text without seconds to RFC 3339. Without an offset it is UTC.
std::optional<Timestamp> ParseDate(std::string_view text) {
  constexpr size_t kToMinutes = std::string_view("2011-06-05T14:30").size();
  if (text.size() < kToMinutes || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::string full(text.substr(0, kToMinutes));
  std::string_view rest = text.substr(kToMinutes);
  if (!rest.starts_with(':')) Append(full, ":00");
  Append(full, rest);
  Timestamp time;
  return ParseRfc3339(full, LocalZone(), time) ? std::optional(time) : std::nullopt;
}

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// -15m, but not -inf, which Abseil also takes for a duration.
std::optional<absl::Duration> ParseBack(std::string_view text) {
  absl::Duration duration;
  if (text.size() < 2 || text[0] != '-' || IsLetter(text[1])) return std::nullopt;
  if (!absl::ParseDuration(ToAbsl(text.substr(1)), &duration) || duration < absl::ZeroDuration()) return std::nullopt;
  return duration;
}

}  // namespace

absl::StatusOr<Timestamp> ParseWhen(std::string_view text, Timestamp now) {
  if (EqualsIgnoreCase(text, "now")) return now;
  if (std::optional<int64_t> millis = ParseInteger(text)) return Timestamp::FromMillis(*millis);
  if (std::optional<absl::Duration> back = ParseBack(text)) return now - *back;
  if (std::optional<Timestamp> date = ParseDate(text)) return *date;
  return InvalidArgument("expected a time as now, -15m, 2011-06-05T14:30Z or epoch milliseconds, got ", Quoted(text));
}

absl::StatusOr<int32_t> ParseStepMinutes(std::string_view text) {
  absl::Duration step;
  bool whole = absl::ParseDuration(ToAbsl(text), &step) && step >= absl::Minutes(1) &&
               step <= absl::Minutes(kStepMinutesMax) && absl::Trunc(step, absl::Minutes(1)) == step;
  if (!whole) return InvalidArgument("expected a step of whole minutes as 5m or 1h, got ", Quoted(text));
  return static_cast<int32_t>(absl::ToInt64Minutes(step));
}

}  // namespace tally
