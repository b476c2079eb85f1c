#include "apps/config/start_time.h"

#include "absl/time/time.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// The shortest form is "2011-06-05T14:30:00Z". absl::ParseTime alone would also accept surrounding blanks, years of any
// length and "infinite-future".
bool LooksLikeRfc3339(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size() || text.size() > 40) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : kShape[i] != text[i]) return false;
  }
  return text.back() == 'Z' || (text.back() >= '0' && text.back() <= '9');
}

}  // namespace

std::optional<Timestamp> ParseStartTime(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!LooksLikeRfc3339(text) || !absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, &error)) return std::nullopt;
  if (time < absl::UnixEpoch() || absl::ToUnixMillis(time) > Timestamp::Max().millis()) return std::nullopt;
  return Timestamp::FromMillis(absl::ToUnixMillis(time));
}

std::string FormatStartTime(Timestamp time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", absl::FromUnixMillis(time.millis()), absl::UTCTimeZone());
}

}  // namespace tally
